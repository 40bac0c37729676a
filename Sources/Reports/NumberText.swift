/// Numbers as people read them.
package enum NumberText {
  /// With so many digits behind the point, rounded half away from zero.
  package static func fixed(_ value: Double, _ digits: Int = 2) -> String {
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
  package static func signed(_ value: Double, _ digits: Int = 2) -> String {
    let text = fixed(value, digits)
    return text.hasPrefix("-") ? text : "+" + text
  }

  /// A share of 1 in per cent.
  package static func percent(_ share: Double) -> String { fixed(100 * share, 0) + " %" }

  /// Thousands with commas between them.
  package static func grouped(_ count: Int) -> String {
    let digits = Array(String(count.magnitude))
    let groups = digits.enumerated().map { index, digit in
      let rest = digits.count - index
      return (index > 0 && rest % 3 == 0 ? "," : "") + String(digit)
    }
    return (count < 0 ? "-" : "") + groups.joined()
  }

  /// A count with its noun: `1 map`, `3 maps`.
  package static func counted(_ count: Int, _ noun: String) -> String {
    "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")"
  }
}

extension NumberText {
  /// A count without anything between its digits, as in a name.
  package static func plain(_ count: Int) -> String { String(count) }

  /// Three digits that count, however large or small.
  package static func significant(_ value: Double) -> String {
    guard value.isFinite else { return "\(value)" }
    let magnitude = abs(value)
    switch magnitude {
    case 0: return "0"
    case 1000...:
      return value < 0
        ? "-" + grouped(Int(min(magnitude, 9e15))) : grouped(Int(min(magnitude, 9e15)))
    case 100...: return fixed(value, 0)
    case 10...: return fixed(value, 1)
    case 1...: return fixed(value, 2)
    case 0.001...: return fixed(value, magnitude < 0.01 ? 5 : magnitude < 0.1 ? 4 : 3)
    default:
      var (lead, exponent) = (magnitude, 0)
      while lead < 1, exponent < 400 {
        lead *= 10
        exponent += 1
      }
      return "\(value < 0 ? "-" : "")\(fixed(lead, 2))e-\(exponent)"
    }
  }

  /// A share of a count in per cent, with digits enough to be seen.
  package static func share(_ part: Int, of whole: Int) -> String {
    guard whole > 0 else { return "–" }
    let percent = 100 * Double(part) / Double(whole)
    return (percent >= 10 || percent == 0 ? trimmed(percent) : significant(percent)) + " %"
  }

  /// One digit behind the point, none where it is zero.
  package static func trimmed(_ value: Double) -> String {
    let text = fixed(value, 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// A power of two as people write it: 0.25, 1, 64.
  package static func power(_ value: Double) -> String {
    if value >= 1 { return grouped(Int(min(value, 9e15))) }
    var text = fixed(value, 5)
    while text.hasSuffix("0") { text.removeLast() }
    return text
  }
}
