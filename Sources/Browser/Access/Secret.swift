/// 256 random bits, as text that an address and a cookie can hold.
package struct Secret: Sendable {
  /// 64 hexadecimal digits.
  package let text: String

  package init() {
    // The system's generator, which is fit for secrets.
    var generator = SystemRandomNumberGenerator()
    text = (0..<4).map { _ in
      let digits = String(generator.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// Whether somebody knows it, in a time that does not tell how much of it.
  package func isKnown(by text: String) -> Bool {
    let (own, other) = (Array(self.text.utf8), Array(text.utf8))
    guard own.count == other.count else { return false }
    return zip(own, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
