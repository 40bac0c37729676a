import ChatCompletions
import JSON

extension JSONValue {
  /// The same value with the secrets in its addresses masked.
  var withoutAddressSecrets: JSONValue {
    switch self {
    case .string(let text) where text.contains("?") && text.contains("://"):
      .string(ChatEndpoint.masked(text))
    case .array(let elements): .array(elements.map(\.withoutAddressSecrets))
    case .object(let object):
      .object(
        JSONObject(
          object.members.map { .init(name: $0.name, value: $0.value.withoutAddressSecrets) }))
    default: self
    }
  }
}
