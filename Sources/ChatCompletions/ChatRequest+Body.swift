import FoundationEssentials
import JSON

extension ChatRequest {
  /// The JSON text that is posted.
  func body(model: String) throws(ChatError) -> [UInt8] {
    var messages: [JSONValue] = []
    if let system { messages.append(["role": "system", "content": .string(system)]) }
    messages.append(["role": "user", "content": content])
    let value: JSONValue = [
      "model": .string(model), "messages": .array(messages), "stream": false,
      "temperature": .number(temperature), "max_tokens": .integer(Int64(maxTokens)),
    ]
    do throws(JSONError) {
      return try value.bytes()
    } catch {
      throw .invalidRequest("the request cannot be written as JSON: \(error)")
    }
  }

  /// Text alone goes as a string, which every server takes.
  private var content: JSONValue {
    let texts = parts.compactMap { part in
      if case .text(let text) = part { text } else { nil }
    }
    if texts.count == parts.count { return .string(texts.joined(separator: "\n")) }
    return .array(
      parts.map { part in
        switch part {
        case .text(let text): ["type": "text", "text": .string(text)]
        case .png(let bytes):
          [
            "type": "image_url",
            "image_url": [
              "url": .string("data:image/png;base64,\(Data(bytes).base64EncodedString())")
            ],
          ]
        }
      })
  }
}
