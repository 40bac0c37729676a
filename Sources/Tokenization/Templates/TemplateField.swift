/// One place of a `%` format.
struct TemplateField {
  let width: Int
  let precision: Int?
  let flags: String
  let conversion: Unicode.Scalar

  private static let sizeLimit = 1000

  func text(
    of value: TemplateValue, in evaluator: TemplateEvaluator
  ) throws(TokenizationError) -> String {
    guard width <= Self.sizeLimit, (precision ?? 0) <= Self.sizeLimit else {
      throw evaluator.failure("a format's width is above \(Self.sizeLimit)")
    }
    var text: String
    var isNumber = true
    switch conversion {
    case "s", "r":
      isNumber = false
      if conversion == "s" {
        text = try evaluator.text(of: value)
      } else {
        var writer = TemplateWriter(evaluator)
        try writer.write(value)
        text = writer.text
      }
      if let precision { text = String(text.unicodeScalars.prefix(precision)) }
    case "d", "i", "x", "X":
      guard precision == nil,
        let integer = value.asInteger
          ?? (conversion == "d" || conversion == "i"
            ? value.asNumber.flatMap { Int(exactly: $0.rounded(.towardZero)) } : nil)
      else { throw wrong(value, evaluator) }
      text =
        conversion == "d" || conversion == "i"
        ? "\(integer)" : String(integer, radix: 16, uppercase: conversion == "X")
    case "f", "F":
      guard let number = value.asNumber, number.isFinite else { throw wrong(value, evaluator) }
      text = TemplateNumber.fixed(number, decimals: precision ?? 6)
    default:
      throw evaluator.failure("the conversion %\(conversion) of a format is not supported")
    }
    return padded(text, isNumber: isNumber)
  }

  private func wrong(
    _ value: TemplateValue, _ evaluator: TemplateEvaluator
  ) -> TokenizationError {
    evaluator.failure("%\(conversion) of a format does not write \(value.kind)")
  }

  private func padded(_ text: String, isNumber: Bool) -> String {
    var text = text
    var sign = ""
    if isNumber {
      if text.hasPrefix("-") {
        sign = "-"
        text.removeFirst()
      } else if flags.contains("+") {
        sign = "+"
      } else if flags.contains(" ") {
        sign = " "
      }
    }
    let missing = max(0, width - sign.count - text.unicodeScalars.count)
    if flags.contains("-") { return sign + text + String(repeating: " ", count: missing) }
    if isNumber, flags.contains("0") { return sign + String(repeating: "0", count: missing) + text }
    return String(repeating: " ", count: missing) + sign + text
  }
}
