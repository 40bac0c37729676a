import JSON

extension ChatAnswer {
  /// What a server's answer says.
  ///
  /// - Parameter secrets: taken out of whatever the server's words repeat of them.
  /// - Throws: `ChatError` for every status but 2xx, and for a body that is no chat completion.
  init(_ answer: HTTPAnswer, secrets: [String]) throws(ChatError) {
    let body = AnswerBody(answer, secrets: secrets)
    switch answer.status {
    case 200..<300: break
    case 300..<400:
      throw .redirected(status: answer.status, to: quotable(body.withoutKey(answer.location)))
    case 408, 425, 429, 503, 529:
      throw .busy(
        status: answer.status, retryAfter: answer.retryAfter, reason: body.reason)
    case 400..<500: throw .refused(status: answer.status, reason: body.reason)
    case 500..<600: throw .failed(status: answer.status, reason: body.reason)
    default: throw .malformed("its status is \(answer.status)")
    }
    if body.isEventStream {
      self = try EventStreamReader(answer.body).answer(body)
      return
    }
    let value = try body.json()
    if let reason = body.complaint(in: value) { throw .malformed("it says: \(reason)") }
    guard let choice = value["choices"]?.arrayValue?.first else {
      throw .malformed("it has no choices")
    }
    guard let message = choice["message"] else { throw .malformed("its choice has no message") }
    self.init(
      text: try Self.text(of: message["content"], refusal: message["refusal"], body),
      isCutShort: choice["finish_reason"]?.stringValue == "length")
    note(value)
  }

  /// Reads the facts that any server may leave out.
  mutating func note(_ value: JSONValue) {
    model = value["model"]?.stringValue.map { quotable($0) } ?? model
    promptTokens = Self.count(value["usage"]?["prompt_tokens"]) ?? promptTokens
    completionTokens = Self.count(value["usage"]?["completion_tokens"]) ?? completionTokens
  }

  /// nil for what cannot be a number of tokens.
  private static func count(_ value: JSONValue?) -> Int? {
    value?.plainInteger.flatMap { (0...1 << 32).contains($0) ? $0 : nil }
  }

  /// A content is a string, or parts of which those of text count.
  private static func text(
    of content: JSONValue?, refusal: JSONValue?, _ body: AnswerBody
  ) throws(ChatError) -> String {
    switch content {
    case .string(let text): return text
    case .array(let parts): return parts.compactMap { $0["text"]?.stringValue }.joined()
    case nil, .null:
      if let words = refusal?.stringValue {
        throw .malformed("the model refuses: \(quotable(body.withoutKey(words)))")
      }
      throw .malformed("its message has no content")
    case .some(let other):
      throw .malformed("its content is \(quotable(other.summary)), expected a string")
    }
  }
}

/// A body as text, for messages and for reading.
struct AnswerBody {
  private let answer: HTTPAnswer
  private let secrets: [String]

  init(_ answer: HTTPAnswer, secrets: [String]) {
    self.answer = answer
    self.secrets = secrets
  }

  var isEventStream: Bool {
    answer.contentType.lowercased().hasPrefix("text/event-stream")
  }

  func withoutKey(_ text: String) -> String {
    secrets.reduce(text) { $0.replacing($1, with: "…") }
  }

  /// A server may call its JSON anything; what cannot be read as JSON is called by its beginning.
  func json() throws(ChatError) -> JSONValue {
    do throws(JSONError) {
      return try JSONValue(parsing: answer.body, limits: JSONLimits(depth: 64, values: 200_000))
    } catch {
      if answer.contentType.lowercased().contains("json") {
        throw .malformed("\(error)")
      }
      throw .notJSON(contentType: contentType, beginning: beginning)
    }
  }

  /// What a server says of a failure: `error.message`, `error`, `detail` or `message`.
  func complaint(in value: JSONValue) -> String? {
    for name in ["error", "detail", "message"] {
      guard let found = value[name], !found.isNull else { continue }
      if let words = found.stringValue ?? found["message"]?.stringValue {
        return quotable(withoutKey(words))
      }
      if let bytes = try? found.bytes() {
        return quotable(withoutKey(String(decoding: bytes.prefix(4096), as: UTF8.self)))
      }
    }
    return nil
  }

  /// Why a status is what it is, in the server's words.
  var reason: String {
    if let value = try? json(), let found = complaint(in: value) { return found }
    return answer.body.isEmpty ? "without a word" : "\(contentType) \"\(beginning)\""
  }

  private var contentType: String {
    answer.contentType.isEmpty ? "no content type" : quotable(withoutKey(answer.contentType))
  }

  private var beginning: String {
    quotable(withoutKey(String(decoding: answer.body.prefix(4096), as: UTF8.self)).prefix(120))
  }
}
