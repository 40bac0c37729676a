/// A server that speaks OpenAI's chat completions, and the model asked there: vLLM, SGLang,
/// llama.cpp, Ollama, `transformers serve` and others.
package struct ChatEndpoint: Sendable, CustomStringConvertible {
  /// The full address that is asked, `http://localhost:8000/v1/chat/completions`.
  package let url: String
  /// The name the server knows the model by.
  package let model: String
  /// Sent as `Authorization: Bearer`; never told, by no message of this room.
  let key: String?

  /// - Parameters:
  ///   - url: http or https. A base such as `http://localhost:8000/v1` is completed by
  ///     `/chat/completions`, a bare host by `/v1/chat/completions`; a query stays.
  ///   - key: what the server asks for, if it does.
  /// - Throws: `ChatError.invalidEndpoint`.
  package init(url: String, model: String, key: String? = nil) throws(ChatError) {
    self.url = try Self.completed(url)
    guard !model.isEmpty, model.utf8.count <= 512 else {
      throw .invalidEndpoint(
        what: "the model's name", found: "\"\(quotable(model))\"", expected: "1 to 512 bytes")
    }
    self.model = model
    if let key, !key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
      throw .invalidEndpoint(
        what: "the key", found: "one with blanks or other characters",
        expected: "visible ASCII characters")
    }
    self.key = key.flatMap { $0.isEmpty ? nil : $0 }
  }

  package var description: String { "\(model) at \(Self.masked(url))" }

  /// What no message may repeat: the key, and the values of the address's query.
  var secrets: [String] {
    ([key].compactMap(\.self) + Self.queryValues(of: url).map(\.value)).filter { $0.utf8.count > 3 }
  }

  /// What stands in a secret's place.
  static let mask = "***"

  /// An address whose query's values, and whose user and password, are masked; what only tells a
  /// version stays.
  package static func masked(_ url: String) -> String {
    let url = withoutUser(url)
    guard let question = url.firstIndex(of: "?") else { return url }
    let kept = Set(
      queryValues(of: url).filter { $0.name.lowercased().contains("version") }.map(\.name))
    let items = url[url.index(after: question)...].split(
      separator: "&", omittingEmptySubsequences: false
    ).map { item in
      let name = item.prefix { $0 != "=" }
      if kept.contains(String(name)) { return String(item) }
      return name.count == item.count ? mask : "\(name)=\(mask)"
    }
    return url[...question] + items.joined(separator: "&")
  }

  private static func withoutUser(_ url: String) -> String {
    guard let scheme = url.firstRange(of: "://") else { return url }
    let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" }
    guard let at = authority.lastIndex(of: "@") else { return url }
    return url[..<scheme.upperBound] + mask + url[at...]
  }

  /// Whether an address has lost its secrets and cannot be asked any more.
  package static func isMasked(_ url: String) -> Bool {
    queryValues(of: url).contains { $0.value == mask }
  }

  private static func queryValues(of url: String) -> [(name: String, value: String)] {
    guard let question = url.firstIndex(of: "?") else { return [] }
    return url[url.index(after: question)...].split(separator: "&").map { item in
      let name = item.prefix { $0 != "=" }
      let value = item.dropFirst(name.count + 1)
      return (String(name), name.count == item.count ? String(name) : String(value))
    }
  }

  /// The part of the address that messages name: scheme, host and port.
  var host: String {
    let afterScheme = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    return afterScheme.count > 2
      ? String(afterScheme[2].prefix { $0 != "/" && $0 != "?" }) : url
  }

  private static func completed(_ url: String) throws(ChatError) -> String {
    let address = try Address(url)
    var path = address.path
    while path.hasSuffix("/") { path.removeLast() }
    if !path.hasSuffix("/chat/completions") {
      path += path.isEmpty ? "/v1/chat/completions" : "/chat/completions"
    }
    return "\(address.scheme)://\(address.authority)\(path)\(address.query)"
  }
}

/// An address in its parts.
private struct Address {
  let scheme: String
  let authority: String
  let path: String
  /// With its question mark; empty where there is none.
  let query: String

  init(_ text: String) throws(ChatError) {
    func refuse(_ expected: String) -> ChatError {
      .invalidEndpoint(
        what: "the endpoint's url", found: "\"\(quotable(ChatEndpoint.masked(text)))\"",
        expected: expected)
    }
    guard text.utf8.count <= 2048, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
      !text.contains(where: { "\"<>\\^`{|}#".contains($0) })
    else { throw refuse("at most 2,048 characters of an address, without blanks and fragment") }
    guard let colon = text.range(of: "://") else {
      throw refuse("an address such as \"http://localhost:8000/v1\"")
    }
    scheme = text[..<colon.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else { throw refuse("http or https") }
    let rest = text[colon.upperBound...]
    let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
    authority = String(rest[..<end])
    guard !authority.contains("@") else { throw refuse("no user name or password in the address") }
    guard Self.isAuthority(authority) else { throw refuse("a host, and a port from 1 to 65535") }
    let question = rest[end...].firstIndex(of: "?") ?? rest.endIndex
    path = String(rest[end..<question])
    query = String(rest[question...])
  }

  private static func isAuthority(_ text: String) -> Bool {
    var host = text[...]
    var port: Substring?
    if text.hasPrefix("[") {
      guard let close = text.firstIndex(of: "]") else { return false }
      host = text[text.index(after: text.startIndex)..<close]
      let rest = text[text.index(after: close)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return false }
      port = rest.isEmpty ? nil : rest.dropFirst()
      guard host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return false }
    } else {
      if let colon = text.lastIndex(of: ":") {
        host = text[..<colon]
        port = text[text.index(after: colon)...]
      }
      guard host.allSatisfy({ $0.isLetter || $0.isNumber || "-._~".contains($0) }) else {
        return false
      }
    }
    guard !host.isEmpty else { return false }
    guard let port else { return true }
    return Int(port).map { (1...65535).contains($0) } ?? false
  }
}

extension String {
  /// Where `part` is first found.
  fileprivate func range(of part: String) -> Range<String.Index>? {
    firstRange(of: part)
  }
}

/// At most 200 characters of foreign text on one line, fit for a message.
func quotable(_ text: some StringProtocol) -> String {
  var words = ""
  for character in text.prefix(200) {
    words.append(character.isNewline || character == "\t" ? " " : character)
  }
  let isControl: (Unicode.Scalar) -> Bool = { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }
  words.unicodeScalars.removeAll(where: isControl)
  return text.count > 200 ? words + "…" : words
}
