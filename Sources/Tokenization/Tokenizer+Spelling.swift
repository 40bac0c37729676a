extension Tokenizer {
  /// The tokens with bytes that are no character and are spelled as `text`, ascending.
  func ids(spelledAs text: String) -> [Int] {
    guard text.contains("\u{27E8}") else { return [] }
    return (0..<idEnd).filter { spelledText($0)?.utf8.elementsEqual(text.utf8) ?? false }
  }

  /// What token `id` alone is shown as to people: its text, with bytes that are no whole character
  /// as `⟨E2 80⟩`; nil for an id without a token.
  package func spelledText(_ id: Int) -> String? {
    guard let text = tokenText(id), text.contains("\u{FFFD}"), let bytes = tokenBytes(id) else {
      return tokenText(id)
    }
    var (result, stray) = ("", [UInt8]())
    func end() {
      guard !stray.isEmpty else { return }
      let digits = stray.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
      result += "\u{27E8}\(digits.joined(separator: " "))\u{27E9}"
      stray = []
    }
    var parser = Unicode.UTF8.ForwardParser()
    var (rest, place) = (bytes.makeIterator(), 0)
    while true {
      switch parser.parseScalar(from: &rest) {
      case .valid(let scalar):
        end()
        result.unicodeScalars.append(Unicode.UTF8.decode(scalar))
        place += scalar.count
      case .error(let length):
        stray += bytes[place..<place + length]
        place += length
      case .emptyInput:
        end()
        return result
      }
    }
  }
}
