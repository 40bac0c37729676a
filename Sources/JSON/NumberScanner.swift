/// Finds the end of a JSON number and, for most numbers, its value on the way.
struct NumberScanner {
  struct Malformed: Error {
    let reason: String
    let offset: Int
  }

  /// The value where the number is a whole one written without point or exponent.
  private(set) var integer: Int64?
  private var negative = false
  private var mantissa: UInt64 = 0
  /// Digits beyond 19 do not fit the mantissa; such numbers go through the library's conversion.
  private var mantissaOverflows = false
  private var scale = 0

  /// Returns the index after the number that starts at `start`.
  mutating func scan(_ bytes: [UInt8], from start: Int) throws(Malformed) -> Int {
    var index = start
    func byte(_ position: Int) -> UInt8? { position < bytes.count ? bytes[position] : nil }
    if byte(index) == Ascii.minus {
      negative = true
      index += 1
    }
    let leading = byte(index)
    let whole = takeDigits(bytes, from: index)
    guard whole > index else { throw Malformed(reason: "expected a digit", offset: index) }
    guard leading != UInt8(ascii: "0") || whole == index + 1 else {
      throw Malformed(reason: "number starts with 0", offset: index)
    }
    index = whole
    var isWhole = true
    if byte(index) == UInt8(ascii: ".") {
      isWhole = false
      let end = takeDigits(bytes, from: index + 1)
      guard end > index + 1 else { throw Malformed(reason: "expected a digit", offset: end) }
      scale -= end - (index + 1)
      index = end
    }
    if let mark = byte(index), Ascii.lowercased(mark) == UInt8(ascii: "e") {
      isWhole = false
      index = try exponent(bytes, from: index + 1)
    }
    if isWhole { integer = wholeValue }
    return index
  }

  /// Exact where mantissa and power of ten both are exact doubles (Clinger's fast path).
  var quickValue: Double? {
    guard !mantissaOverflows, mantissa <= 1 << 53, scale >= -22, scale <= 22 else { return nil }
    let power = Self.powersOfTen[abs(scale)]
    let magnitude = scale < 0 ? Double(mantissa) / power : Double(mantissa) * power
    return negative ? -magnitude : magnitude
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  private var wholeValue: Int64? {
    // -0 keeps its sign only as a double.
    guard !mantissaOverflows, !(negative && mantissa == 0) else { return nil }
    if negative, mantissa == UInt64(Int64.min.magnitude) { return .min }
    guard let value = Int64(exactly: mantissa) else { return nil }
    return negative ? -value : value
  }

  private mutating func takeDigits(_ bytes: [UInt8], from start: Int) -> Int {
    var index = start
    while index < bytes.count, Ascii.isDigit(bytes[index]) {
      let (product, high) = mantissa.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(bytes[index] - 0x30))
      mantissaOverflows = mantissaOverflows || high || carry
      mantissa = sum
      index += 1
    }
    return index
  }

  private mutating func exponent(_ bytes: [UInt8], from start: Int) throws(Malformed) -> Int {
    var index = start
    var isNegative = false
    if index < bytes.count, bytes[index] == Ascii.minus || bytes[index] == UInt8(ascii: "+") {
      isNegative = bytes[index] == Ascii.minus
      index += 1
    }
    let first = index
    var value = 0
    while index < bytes.count, Ascii.isDigit(bytes[index]) {
      value = min(value * 10 + Int(bytes[index] - 0x30), 100_000)
      index += 1
    }
    guard index > first else { throw Malformed(reason: "expected a digit", offset: index) }
    scale += isNegative ? -value : value
    return index
  }
}
