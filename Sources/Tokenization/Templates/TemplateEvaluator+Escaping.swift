/// Text that is marked as escaped (markupsafe's `Markup`), and what makes it. Chat templates are
/// rendered without autoescape, so only `escape`, `forceescape` and `safe` mark a text.
extension TemplateEvaluator {
  /// Filters that keep the mark of the text they are given.
  private static let keeping: Set<String> = [
    "capitalize", "center", "indent", "lower", "reverse", "string", "trim", "truncate", "upper",
  ]

  /// A filter of marked text; nil for those that see nothing but the text.
  func markupFilter(
    _ name: String, _ text: String, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue? {
    switch name {
    case "safe", "escape", "e":
      _ = try bind(arguments, .init(), "the filter \(name)")
      return .markup(text)
    case "default", "d": return nil
    case "format": throw failure("the filter format is not supported for escaped text")
    case _ where Self.keeping.contains(name):
      return marked(try filter(name, .string(text), arguments))
    default: return try filter(name, .string(text), arguments)
    }
  }

  /// A method of marked text, whose text stays marked and which escapes what it takes in.
  func markupMethod(
    _ name: String, of text: String, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    var given = arguments
    switch name {
    case "format": throw failure("the method format is not supported for escaped text")
    case "replace", "ljust", "rjust", "center":
      if given.positional.count > 1 { given.positional[1] = try escaped(given.positional[1]) }
    case "join":
      var parts: [TemplateValue] = []
      for list in given.positional.prefix(1) {
        for part in try elements(of: list) { parts.append(try escaped(part)) }
      }
      given.positional = [try made(parts)]
    default: break
    }
    return marked(try textMethod(name, of: text, given))
  }

  private func marked(_ value: TemplateValue) -> TemplateValue {
    switch value {
    case .string(let text): .markup(text)
    case .sequence(let list): .sequence(TemplateList(list.elements.map(marked), kind: list.kind))
    default: value
    }
  }

  /// What `escape` makes of a value: marked text.
  func escaped(
    _ value: TemplateValue, evenIfMarked: Bool = false
  ) throws(TokenizationError) -> TemplateValue {
    if case .markup = value, !evenIfMarked { return value }
    let text = try text(of: value)
    try spend(bytes: text.utf8.count)
    try requireSize(text.utf8.count)
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "'": result.append(contentsOf: "&#39;".unicodeScalars)
      case "\"": result.append(contentsOf: "&#34;".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return marked(try made(String(result)))
  }

  // MARK: Addresses and attributes

  func urlEncoded(_ value: TemplateValue) throws(TokenizationError) -> TemplateValue {
    var pairs: [(TemplateValue, TemplateValue)] = []
    switch value {
    case .dictionary(let dictionary):
      try spend(dictionary.pairs.count)
      pairs = dictionary.pairs.map { ($0.key, $0.value) }
    case .sequence:
      for pair in try elements(of: value) {
        let parts = try elements(of: pair)
        guard parts.count == 2 else { throw failure("urlencode takes a text or pairs") }
        pairs.append((parts[0], parts[1]))
      }
    case .undefined: return .string("")
    default: return try made(quoted(text(of: value), keepsSlash: true))
    }
    var result = ""
    for (index, pair) in pairs.enumerated() {
      if index > 0 { result += "&" }
      result += try quoted(text(of: pair.0), keepsSlash: false) + "="
      result += try quoted(text(of: pair.1), keepsSlash: false)
      try requireSize(result.utf8.count)
    }
    return try made(result)
  }

  /// Python's `quote`, or `quote_plus` for the pairs of a query.
  private func quoted(_ text: String, keepsSlash: Bool) throws(TokenizationError) -> String {
    try spend(bytes: 3 * text.utf8.count)
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
        result.unicodeScalars.append(Unicode.Scalar(byte))
      case 0x2F where keepsSlash: result += "/"
      case 0x20 where !keepsSlash: result += "+"
      default: result += "%" + TemplateText.hexadecimal(UInt32(byte), digits: 2).uppercased()
      }
    }
    return result
  }

  func xmlAttributes(
    _ value: TemplateValue, _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> TemplateValue {
    guard case .dictionary(let dictionary) = value else {
      throw failure("the filter xmlattr takes a dictionary, found \(value.kind)")
    }
    var result = ""
    for pair in dictionary.pairs where !pair.value.isNone && !pair.value.isUndefined {
      guard let name = pair.key.asText else {
        throw failure("the name of an attribute is \(pair.key.kind), expected a text")
      }
      let isBad = name.unicodeScalars.contains {
        $0.properties.isWhitespace || ["/", ">", "="].contains($0)
      }
      if isBad { throw failure("xmlattr has a bad character in the attribute's name") }
      if !result.isEmpty || bound.isTrue("autospace", default: true) { result += " " }
      let (key, shown) = (try escaped(pair.key), try escaped(pair.value))
      result += "\(try text(of: key))=\"\(try text(of: shown))\""
      try requireSize(result.utf8.count)
    }
    return try made(result)
  }
}
