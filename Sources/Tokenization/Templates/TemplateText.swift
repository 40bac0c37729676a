/// Python's operations on text, by scalars.
enum TemplateText {
  // MARK: Cutting

  /// What `str.isspace` calls white space.
  static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
  }

  /// Takes white space, or the scalars of `characters`, off either end.
  static func strip(
    _ text: String, of characters: String?, left: Bool = true, right: Bool = true
  ) -> String {
    let wanted = characters.map { Set($0.unicodeScalars) }
    func goes(_ scalar: Unicode.Scalar) -> Bool {
      wanted?.contains(scalar) ?? isSpace(scalar)
    }
    var rest = text.unicodeScalars[...]
    if left { rest = rest.drop(while: goes) }
    if right { while let last = rest.last, goes(last) { rest.removeLast() } }
    return String(rest)
  }

  /// Splits at `separator`, at most `limit` times, from the left or the right; without one at runs
  /// of white space.
  static func split(
    _ text: String, by separator: String?, limit: Int?, fromRight: Bool = false
  ) -> [String] {
    let limit = limit.flatMap { $0 < 0 ? nil : $0 } ?? .max
    guard fromRight else { return splitFromLeft(text, by: separator, limit: limit) }
    // From the right is from the left in a mirror.
    let parts = splitFromLeft(
      reversed(text), by: separator.map(reversed), limit: limit)
    return parts.reversed().map(reversed)
  }

  private static func splitFromLeft(
    _ text: String, by separator: String?, limit: Int
  ) -> [String] {
    guard let separator else {
      var parts: [String] = []
      var rest = text.unicodeScalars[...].drop(while: isSpace)
      while !rest.isEmpty {
        let end =
          parts.count >= limit ? rest.endIndex : rest.firstIndex(where: isSpace) ?? rest.endIndex
        parts.append(String(rest[..<end]))
        rest = rest[end...].drop(while: isSpace)
      }
      return parts
    }
    let bytes = Array(text.utf8)
    var parts: [String] = []
    var start = 0
    let found = ByteSearch.occurrences(of: Array(separator.utf8), in: bytes, limit: limit)
    for match in found {
      parts.append(String(decoding: bytes[start..<match.lowerBound], as: UTF8.self))
      start = match.upperBound
    }
    parts.append(String(decoding: bytes[start...], as: UTF8.self))
    return parts
  }

  static func reversed(_ text: String) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: text.unicodeScalars.reversed())
    return String(view)
  }

  /// `str.splitlines`.
  static func lines(_ text: String, keepsEnds: Bool) -> [String] {
    let breaks: Set<Unicode.Scalar> = [
      "\n", "\r", "\u{B}", "\u{C}", "\u{1C}", "\u{1D}", "\u{1E}", "\u{85}", "\u{2028}", "\u{2029}",
    ]
    var lines: [String] = []
    var rest = text.unicodeScalars[...]
    while !rest.isEmpty {
      let end = rest.firstIndex(where: breaks.contains) ?? rest.endIndex
      var next = end
      if end < rest.endIndex {
        next = rest.index(after: end)
        if rest[end] == "\r", next < rest.endIndex, rest[next] == "\n" {
          next = rest.index(after: next)
        }
      }
      lines.append(String(rest[..<(keepsEnds ? next : end)]))
      rest = rest[next...]
    }
    return lines
  }

  /// Puts `new` for `old`, at most `limit` times; between all scalars where `old` is empty.
  static func replace(_ text: String, _ old: String, _ new: String, limit: Int?) -> String {
    let limit = limit.flatMap { $0 < 0 ? nil : $0 } ?? .max
    guard old.isEmpty else {
      let bytes = Array(text.utf8)
      let found = ByteSearch.occurrences(of: Array(old.utf8), in: bytes, limit: limit)
      return String(decoding: bytes.replacing(found, with: Array(new.utf8)), as: UTF8.self)
    }
    var result = ""
    var count = 0
    for scalar in text.unicodeScalars {
      if count < limit { result += new }
      count += 1
      result.unicodeScalars.append(scalar)
    }
    return count < limit ? result + new : result
  }

  // MARK: Cases

  /// `str.lower`: a sigma that ends a word has a form of its own.
  static func lowered(_ text: String) -> String {
    guard text.unicodeScalars.contains("Σ") else {
      return text.unicodeScalars.map(\.properties.lowercaseMapping).joined()
    }
    let scalars = Array(text.unicodeScalars)
    var result = ""
    for (index, scalar) in scalars.enumerated() {
      guard scalar == "Σ" else {
        result += scalar.properties.lowercaseMapping
        continue
      }
      let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
      let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
      let isFinal =
        before?.properties.isCased == true && after?.properties.isCased != true
      result += isFinal ? "ς" : "σ"
    }
    return result
  }

  /// `str.title`: every letter after something that is no letter is a capital.
  static func titled(_ text: String) -> String {
    var result = ""
    var startsWord = true
    for scalar in text.unicodeScalars {
      let properties = scalar.properties
      result += startsWord ? properties.titlecaseMapping : properties.lowercaseMapping
      startsWord = !properties.isCased
    }
    return result
  }

  /// `str.capitalize`.
  static func capitalized(_ text: String) -> String {
    var rest = text.unicodeScalars[...]
    guard let first = rest.popFirst() else { return text }
    return first.properties.titlecaseMapping + lowered(String(rest))
  }

  /// Jinja's filter `title`: words begin after white space, a dash or an opening bracket.
  static func titledWords(_ text: String) -> String {
    var result = ""
    var startsWord = true
    for scalar in text.unicodeScalars {
      let properties = scalar.properties
      result += startsWord ? properties.uppercaseMapping : properties.lowercaseMapping
      startsWord = isSpace(scalar) || "-({[<".unicodeScalars.contains(scalar)
    }
    return result
  }

  static func swappedCase(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      let properties = scalar.properties
      return properties.isUppercase
        ? properties.lowercaseMapping
        : properties.isLowercase ? properties.uppercaseMapping : String(scalar)
    }.joined()
  }

  /// `islower` and `isupper`: something is cased, and all of that in this case.
  static func isAll(_ text: String, lower: Bool) -> Bool {
    var found = false
    for scalar in text.unicodeScalars where scalar.properties.isCased {
      guard lower ? scalar.properties.isLowercase : scalar.properties.isUppercase else {
        return false
      }
      found = true
    }
    return found
  }

  /// `isdigit`, `isalpha`, `isalnum`, `isspace` and their like.
  static func isAll(_ text: String, _ matches: (Unicode.Scalar) -> Bool) -> Bool {
    !text.isEmpty && text.unicodeScalars.allSatisfy(matches)
  }

  static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  static func isDigit(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.numericType {
    case .decimal, .digit: true
    default: false
    }
  }

  // MARK: Order

  /// Python's order of texts, by scalars, which is that of their UTF-8.
  static func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  // MARK: Writing

  /// Python's `repr` of a float.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return "\(value)"
  }

  /// Python's `repr` of a text.
  static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
    var result = String.UnicodeScalarView([quote])
    for scalar in scalars {
      switch scalar {
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      case "\t": result.append(contentsOf: "\\t".unicodeScalars)
      case "\r": result.append(contentsOf: "\\r".unicodeScalars)
      case "\\", quote: result.append(contentsOf: ["\\", scalar])
      case _ where !isPrintable(scalar):
        let value = scalar.value
        let (letter, digits) =
          value < 0x100 ? ("x", 2) : value < 0x10000 ? ("u", 4) : ("U", 8)
        result.append(contentsOf: "\\\(letter)\(hexadecimal(value, digits: digits))".unicodeScalars)
      default: result.append(scalar)
      }
    }
    result.append(quote)
    return String(result)
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }

  /// A text as `json.dumps` writes it.
  static func json(_ text: String, escapesNonASCII: Bool) -> String {
    var result = String.UnicodeScalarView(["\""])
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result.append(contentsOf: "\\\"".unicodeScalars)
      case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      case "\r": result.append(contentsOf: "\\r".unicodeScalars)
      case "\t": result.append(contentsOf: "\\t".unicodeScalars)
      case "\u{8}": result.append(contentsOf: "\\b".unicodeScalars)
      case "\u{C}": result.append(contentsOf: "\\f".unicodeScalars)
      case _ where scalar.value < 0x20 || (escapesNonASCII && scalar.value > 0x7E):
        for unit in String(scalar).utf16 {
          result.append(
            contentsOf: "\\u\(hexadecimal(UInt32(unit), digits: 4))".unicodeScalars)
        }
      default: result.append(scalar)
      }
    }
    result.append("\"")
    return String(result)
  }

  static func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
