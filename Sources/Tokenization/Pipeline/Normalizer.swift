/// What is done to the text between added tokens before it is cut into words.
indirect enum Normalizer: Sendable {
  case unicode(UnicodeForm)
  case lowercased
  /// White space off either end.
  case strip(left: Bool, right: Bool)
  case prepend([UInt8])
  case replace(SplitPattern, by: [UInt8])
  case sequence([Normalizer])

  func callAsFunction(
    _ text: [UInt8], _ budget: TextBudget
  ) throws(TokenizationError) -> [UInt8] {
    try budget.spend(bytes: text.count)
    switch self {
    case .unicode(let form): return form(text)
    case .lowercased:
      // By scalar, without context, as the reference does.
      return String(decoding: text, as: UTF8.self).unicodeScalars.flatMap {
        Array($0.properties.lowercaseMapping.utf8)
      }
    case .strip(let left, let right): return Self.strip(text, left: left, right: right)
    case .prepend(let prefix):
      if text.isEmpty { return text }
      try budget.spend(bytes: prefix.count + text.count)
      return prefix + text
    case .replace(let pattern, let new):
      let matches = try pattern.matches(in: text)
      let (size, overflow) = matches.count.multipliedReportingOverflow(by: new.count)
      try budget.spend(steps: matches.count, bytes: overflow ? .max : size)
      return text.replacing(matches, with: new)
    case .sequence(let steps):
      var text = text
      for step in steps { text = try step(text, budget) }
      return text
    }
  }

  private static func strip(_ text: [UInt8], left: Bool, right: Bool) -> [UInt8] {
    var rest = String(decoding: text, as: UTF8.self).unicodeScalars[...]
    if left { rest = rest.drop { $0.properties.isWhitespace } }
    if right { while let last = rest.last, last.properties.isWhitespace { rest.removeLast() } }
    return Array(String(rest).utf8)
  }
}
