/// Numbers for labels, three digits long.
package enum ScoreText {
  /// `value` without its sign: plain between 0.001 and 100000, with a power of ten elsewhere.
  package static func spelled(_ value: Float) -> String {
    let magnitude = Double(abs(value))
    guard magnitude > 0, magnitude.isFinite else { return magnitude == 0 ? "0" : "\(magnitude)" }
    var exponent = 0
    var lead = magnitude
    while lead >= 9.995 {
      lead /= 10
      exponent += 1
    }
    while lead < 0.9995 {
      lead *= 10
      exponent -= 1
    }
    let digits = Int((lead * 100).rounded())
    if (-3...4).contains(exponent) { return plain(digits, exponent) }
    return plain(digits, 0) + "e\(exponent)"
  }

  /// Three digits, the first of which counts 10 to the `exponent`.
  private static func plain(_ digits: Int, _ exponent: Int) -> String {
    let text = String(digits)
    if exponent >= 2 { return text + String(repeating: "0", count: exponent - 2) }
    if exponent >= 0 { return text.prefix(exponent + 1) + "." + text.dropFirst(exponent + 1) }
    return "0." + String(repeating: "0", count: -exponent - 1) + text
  }

  /// `value` with its sign.
  package static func signed(_ value: Float) -> String {
    (value < 0 ? "-" : value > 0 ? "+" : "") + spelled(value)
  }
}
