/// Numbers as people read them.
enum NumberText {
  /// With so many digits behind the point, rounded half away from zero.
  static func fixed(_ value: Double, _ digits: Int = 2) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    let unit = (0..<digits).reduce(1) { unit, _ in unit * 10 }
    let scaled = Int((abs(value) * Double(unit)).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return sign + String(scaled) }
    let fraction = String(scaled % unit)
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(sign)\(scaled / unit).\(zeros)\(fraction)"
  }

  /// As `fixed`, with a plus before what is not negative.
  static func signed(_ value: Double, _ digits: Int = 2) -> String {
    let text = fixed(value, digits)
    return text.hasPrefix("-") ? text : "+" + text
  }

  /// A share of 1 in per cent.
  static func percent(_ share: Double) -> String { fixed(100 * share, 0) + " %" }

  /// Thousands with commas between them.
  static func grouped(_ count: Int) -> String {
    let digits = Array(String(count.magnitude))
    let groups = digits.enumerated().map { index, digit in
      let rest = digits.count - index
      return (index > 0 && rest % 3 == 0 ? "," : "") + String(digit)
    }
    return (count < 0 ? "-" : "") + groups.joined()
  }

  /// A count with its noun: `1 map`, `3 maps`.
  static func counted(_ count: Int, _ noun: String) -> String {
    "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
  }
}

extension String {
  /// Filled up with spaces at the end.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// Filled up with spaces at the start.
  func alignedRight(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
