/// Methods of Python's `str`.
extension TemplateEvaluator {
  enum Alignment {
    case left, center, right
  }

  func textMethod(
    _ name: String, of text: String, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    guard let signature = TemplateSignatures.textMethods[name] else {
      throw failure("a text has no method \(name)")
    }
    try spend(bytes: text.utf8.count)
    if signature.isOpen { return try made(try braced(text, arguments)) }
    let bound = try bind(arguments, signature, name)
    switch name {
    case "upper": return try made(text.uppercased())
    case "lower": return try made(TemplateText.lowered(text))
    case "casefold":
      return try made(text.unicodeScalars.map { Self.folded($0) }.joined())
    case "title": return try made(TemplateText.titled(text))
    case "capitalize": return try made(TemplateText.capitalized(text))
    case "swapcase": return try made(TemplateText.swappedCase(text))
    case "strip", "lstrip", "rstrip":
      return try made(
        TemplateText.strip(
          text, of: try bound.text("chars"), left: name != "rstrip", right: name != "lstrip"))
    case "removeprefix":
      let prefix = try bound.requiredText("prefix")
      let starts = text.utf8.starts(with: prefix.utf8)
      return try made(starts ? Self.text(text.utf8.dropFirst(prefix.utf8.count)) : text)
    case "removesuffix":
      let suffix = try bound.requiredText("suffix")
      let ends = !suffix.isEmpty && text.utf8.reversed().starts(with: suffix.utf8.reversed())
      return try made(ends ? Self.text(text.utf8.dropLast(suffix.utf8.count)) : text)
    case "split", "rsplit", "splitlines", "partition", "rpartition", "join":
      return try listMethod(name, of: text, bound)
    case "replace":
      return try replaced(
        text, try bound.requiredText("old"), try bound.requiredText("new"),
        try bound.integer("count"))
    case "startswith", "endswith", "find", "rfind", "index", "rindex", "count":
      return try searchMethod(name, of: text, bound)
    case "center", "ljust", "rjust":
      let fill = try bound.text("fillchar") ?? " "
      guard fill.unicodeScalars.count == 1 else {
        throw failure("\(name) fills with one character")
      }
      return try padded(
        text, to: try bound.integer("width") ?? 0, fill,
        name == "center" ? .center : name == "ljust" ? .left : .right)
    case "zfill":
      let isSigned = text.hasPrefix("-") || text.hasPrefix("+")
      let width = try bound.integer("width") ?? 0
      let digits = isSigned ? String(text.unicodeScalars.dropFirst()) : text
      let filled = try padded(digits, to: isSigned ? width &- 1 : width, "0", .right)
      return isSigned
        ? try made(String(text.unicodeScalars.prefix(1)) + (filled.asText ?? "")) : filled
    default: return .bool(Self.isOfKind(name, text))
    }
  }

  private static func text(_ bytes: some Collection<UInt8>) -> String {
    String(decoding: Array(bytes), as: UTF8.self)
  }

  /// Folding of cases, of which only some characters differ from their lower case.
  private static func folded(_ scalar: Unicode.Scalar) -> String {
    scalar == "ß" || scalar == "ẞ" ? "ss" : scalar.properties.lowercaseMapping
  }

  private static func isOfKind(_ name: String, _ text: String) -> Bool {
    switch name {
    case "islower": TemplateText.isAll(text, lower: true)
    case "isupper": TemplateText.isAll(text, lower: false)
    case "isspace": TemplateText.isAll(text, TemplateText.isSpace)
    case "isascii": text.utf8.allSatisfy { $0 < 0x80 }
    case "isdecimal": TemplateText.isAll(text) { $0.properties.numericType == .decimal }
    case "isdigit": TemplateText.isAll(text, TemplateText.isDigit)
    case "isnumeric": TemplateText.isAll(text) { $0.properties.numericType != nil }
    case "isalpha": TemplateText.isAll(text, TemplateText.isLetter)
    default:
      TemplateText.isAll(text) { TemplateText.isLetter($0) || $0.properties.numericType != nil }
    }
  }

  // MARK: Cutting and joining

  private func listMethod(
    _ name: String, of text: String, _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> TemplateValue {
    switch name {
    case "join":
      let values = try elements(of: bound["iterable"] ?? .none)
      var size = 0
      var parts: [String] = []
      for value in values {
        guard let part = value.asText else {
          throw failure("join takes texts, found \(value.kind)")
        }
        size += part.utf8.count + text.utf8.count
        try requireSize(size)
        parts.append(part)
      }
      return try made(parts.joined(separator: text))
    case "splitlines":
      return try made(
        TemplateText.lines(text, keepsEnds: bound.isTrue("keepends")).map { .string($0) })
    case "partition", "rpartition":
      let separator = try bound.requiredText("sep")
      guard !separator.isEmpty else { throw failure("\(name) takes a separator that is not empty") }
      let parts = TemplateText.split(
        text, by: separator, limit: 1, fromRight: name == "rpartition")
      guard parts.count == 2 else {
        return .tuple((name == "partition" ? [text, "", ""] : ["", "", text]).map { .string($0) })
      }
      return .tuple([.string(parts[0]), .string(separator), .string(parts[1])])
    default:
      let separator = try bound.text("sep")
      if separator?.isEmpty == true { throw failure("\(name) takes a separator that is not empty") }
      let parts = TemplateText.split(
        text, by: separator, limit: try bound.integer("maxsplit"), fromRight: name == "rsplit")
      return try made(parts.map { .string($0) })
    }
  }

  // MARK: Finding

  private func searchMethod(
    _ name: String, of text: String, _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> TemplateValue {
    let scalars = text.unicodeScalars
    let count = scalars.count
    func clamped(_ name: String, _ fallback: Int) throws(TokenizationError) -> Int {
      guard let value = try bound.integer(name) else { return fallback }
      return min(max(value < 0 ? value + count : value, 0), count)
    }
    let start = try clamped("start", 0)
    let end = max(start, try clamped("end", count))
    let from = scalars.index(scalars.startIndex, offsetBy: start)
    let stretch = String(scalars[from..<scalars.index(from, offsetBy: end - start)])
    if name == "startswith" || name == "endswith" {
      let argument = name == "startswith" ? "prefix" : "suffix"
      return .bool(try hasAffix(stretch, bound[argument] ?? .none, atStart: name == "startswith"))
    }
    let wanted = try bound.requiredText("sub")
    let bytes = Array(stretch.utf8)
    let found =
      wanted.isEmpty ? [] : ByteSearch.occurrences(of: Array(wanted.utf8), in: bytes)
    if name == "count" {
      return .integer(wanted.isEmpty ? stretch.unicodeScalars.count + 1 : found.count)
    }
    let isLast = name.hasPrefix("r")
    var place = wanted.isEmpty ? (isLast ? bytes.count : 0) : found.first?.lowerBound
    if isLast, !wanted.isEmpty {
      // From the right, occurrences may be others than from the left.
      let mirrored = ByteSearch.occurrences(
        of: Array(wanted.utf8.reversed()), in: bytes.reversed(), limit: 1)
      place = mirrored.first.map { bytes.count - $0.upperBound }
    }
    guard let place else {
      if name.hasSuffix("index") { throw failure("\(name) does not find the text") }
      return .integer(-1)
    }
    return .integer(start + String(decoding: bytes[..<place], as: UTF8.self).unicodeScalars.count)
  }

  /// A method that takes one text takes a tuple of several, too.
  private func hasAffix(
    _ text: String, _ affix: TemplateValue, atStart: Bool
  ) throws(TokenizationError) -> Bool {
    var affixes = [affix]
    if case .sequence(let list) = affix, list.isTuple { affixes = list.elements }
    for affix in affixes {
      guard let part = affix.asText else {
        throw failure(
          "\(atStart ? "startswith" : "endswith") takes a text or a tuple of texts, found "
            + "\(affix.kind)"
        )
      }
      let holds =
        atStart
        ? text.utf8.starts(with: part.utf8)
        : text.utf8.reversed().starts(with: part.utf8.reversed())
      if holds { return true }
    }
    return false
  }

  // MARK: Filling

  func padded(
    _ text: String, to width: Int, _ fill: String, _ alignment: Alignment
  ) throws(TokenizationError) -> TemplateValue {
    let count = text.unicodeScalars.count
    guard width > count else { return .string(text) }
    let missing = width - count
    try requireSize(missing > Self.sizeLimit ? .max : missing * fill.utf8.count)
    let left: Int
    switch alignment {
    case .left: left = 0
    case .right: left = missing
    // As Python: where both are odd the extra one stands on the left.
    case .center: left = missing / 2 + (missing & width & 1)
    }
    return try made(
      String(repeating: fill, count: left) + text + String(repeating: fill, count: missing - left))
  }

  // MARK: Printing

  /// `str.format` with places {}, {0} and {name}.
  private func braced(
    _ format: String, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> String {
    var result = ""
    var rest = format.unicodeScalars[...]
    var next = 0
    while let scalar = rest.popFirst() {
      if scalar == "{" || scalar == "}", rest.first == scalar {
        rest.removeFirst()
        result.unicodeScalars.append(scalar)
      } else if scalar == "{" {
        guard let end = rest.firstIndex(of: "}") else { throw failure("a format's { does not end") }
        let name = String(rest[..<end])
        rest = rest[rest.index(after: end)...]
        let value: TemplateValue?
        if name.isEmpty {
          value = next < arguments.positional.count ? arguments.positional[next] : nil
          next += 1
        } else if let index = Int(name) {
          value = arguments.positional.indices.contains(index) ? arguments.positional[index] : nil
        } else {
          value = arguments.named.first { $0.name == name }?.value
        }
        guard let value else {
          throw failure("a format's place {\(name)} is not supported or has no value")
        }
        result += try text(of: value)
        try requireSize(result.utf8.count)
      } else if scalar == "}" {
        throw failure("a format has a } of its own")
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
