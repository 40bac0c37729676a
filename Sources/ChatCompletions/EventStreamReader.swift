import JSON

/// Puts an answer together that a server sends by pieces although it was not asked to: server-sent
/// events, each line `data:` and a JSON chunk, the last `data: [DONE]`.
struct EventStreamReader {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// - Throws: `ChatError.malformed`; `.broken` where the stream ends before the answer does.
  func answer(_ body: AnswerBody) throws(ChatError) -> ChatAnswer {
    var answer = ChatAnswer(text: "")
    var isWhole = false
    for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      guard let data = Self.data(of: line) else { continue }
      if data.elementsEqual("[DONE]".utf8) {
        isWhole = true
        break
      }
      let chunk: JSONValue
      do throws(JSONError) {
        chunk = try JSONValue(parsing: Array(data), limits: JSONLimits(depth: 64, values: 100_000))
      } catch {
        throw .malformed("an event is not JSON: \(error)")
      }
      if let reason = body.complaint(in: chunk) { throw .malformed("it says: \(reason)") }
      answer.note(chunk)
      guard let choice = chunk["choices"]?.arrayValue?.first else { continue }
      answer.text += choice["delta"]?["content"]?.stringValue ?? ""
      guard let finish = choice["finish_reason"]?.stringValue else { continue }
      isWhole = true
      answer.isCutShort = finish == "length"
    }
    guard isWhole else {
      throw .broken(host: "the server", reason: "the stream of events has no end")
    }
    return answer
  }

  /// What follows `data:` and one blank; nil for other lines, comments included.
  private static func data(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard line.starts(with: "data:".utf8) else { return nil }
    let rest = line.dropFirst(5)
    return rest.first == 0x20 ? rest.dropFirst() : rest
  }
}
