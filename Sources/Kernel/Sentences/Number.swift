/// Numbers as sentences have them.
enum Number {
  /// With a sign and two places: `+1.23`, `−0.04`; `0.00` for what rounds to nothing.
  static func signed(_ value: Double) -> String {
    let text = fixed(abs(value))
    if text.allSatisfy({ $0 == "0" || $0 == "." }) { return text }
    return (value < 0 ? "−" : "+") + text
  }

  /// Two places after the point.
  static func fixed(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
    let hundredths = Int((abs(value) * 100).rounded())
    let fraction = hundredths % 100
    let sign = value < 0 && hundredths > 0 ? "−" : ""
    return "\(sign)\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
  }

  /// A number of things: `1 feature`, `3 features`.
  static func counted(_ count: Int, _ thing: String) -> String {
    "\(count) \(thing)\(count == 1 ? "" : "s")"
  }
}
