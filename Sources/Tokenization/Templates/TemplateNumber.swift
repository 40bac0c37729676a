internal import Glibc

/// Rounds and writes numbers as Python does.
enum TemplateNumber {
  /// With so many decimals, the exact value rounded half to even, as C's `%.*f`.
  static func fixed(_ value: Double, decimals: Int) -> String {
    var buffer = [CChar](repeating: 0, count: 1400)
    let length = unsafe withVaList([Int32(clamping: decimals), value]) {
      unsafe vsnprintf(&buffer, buffer.count, "%.*f", $0)
    }
    return String(
      decoding: buffer.prefix(max(0, min(Int(length), buffer.count - 1)))
        .map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Python's `round`; `decimals` may be negative.
  static func rounded(_ value: Double, decimals: Int) -> Double {
    guard value.isFinite, decimals <= 320 else { return value }
    if decimals >= 0 { return Double(fixed(value, decimals: decimals)) ?? value }
    guard decimals >= -308 else { return 0 }
    let unit = pow(10, Double(-decimals))
    return (value / unit).rounded(.toNearestOrEven) * unit
  }

  /// Python's `float` of a text; nil where it is no number.
  static func parsed(_ text: String) -> Double? {
    let trimmed = TemplateText.strip(text, of: nil)
    guard trimmed.utf8.count <= 400, !trimmed.isEmpty else { return nil }
    switch trimmed.lowercased() {
    case "inf", "+inf", "infinity", "+infinity": return .infinity
    case "-inf", "-infinity": return -.infinity
    case "nan", "+nan", "-nan": return .nan
    default: break
    }
    guard
      trimmed.utf8.allSatisfy({
        (0x30...0x39).contains($0) || [0x2B, 0x2D, 0x2E, 0x45, 0x65, 0x5F].contains($0)
      })
    else { return nil }
    var digits = trimmed.replacing("_", with: "")
    if digits.hasPrefix("+") { digits.removeFirst() }
    if digits.hasPrefix(".") || digits.hasPrefix("-.") {
      digits = digits.replacing(".", with: "0.")
    }
    if digits.hasSuffix(".") { digits += "0" }
    return Double(digits)
  }

  /// Python's `int` of a text; nil where it is no integer or leaves the range.
  static func parsedInteger(_ text: String, base: Int) -> Int? {
    var digits = TemplateText.strip(text, of: nil).replacing("_", with: "").lowercased()
    guard digits.utf8.count <= 80 else { return nil }
    let isNegative = digits.hasPrefix("-")
    if isNegative || digits.hasPrefix("+") { digits.removeFirst() }
    var base = base
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)]
    where digits.hasPrefix(prefix) && (base == radix || base == 0) {
      digits.removeFirst(2)
      base = radix
    }
    if base == 0 { base = 10 }
    guard (2...36).contains(base), let first = digits.first, first != "-", first != "+" else {
      return nil
    }
    return Int((isNegative ? "-" : "") + digits, radix: base)
  }
}
