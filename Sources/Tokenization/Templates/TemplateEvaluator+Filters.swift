/// Jinja's filters.
extension TemplateEvaluator {
  func filter(
    _ name: String, _ value: TemplateValue, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    guard let signature = TemplateSignatures.filters[name] else {
      throw failure("there is no filter \(name)")
    }
    if case .markup(let text) = value,
      let result = try markupFilter(name, text, arguments)
    {
      return result
    }
    if signature.isOpen { return try openFilter(name, value, arguments) }
    let bound = try bind(arguments, signature, "the filter \(name)")
    switch name {
    case "default", "d":
      let isMissing = value.isUndefined || (bound.isTrue("boolean") && !value.isTrue)
      return isMissing ? bound["default_value"] ?? .string("") : value
    case "safe": return .markup(try text(of: value))
    case "escape", "e": return try escaped(value)
    case "forceescape": return try escaped(value, evenIfMarked: true)
    case "urlencode": return try urlEncoded(value)
    case "xmlattr": return try xmlAttributes(value, bound)
    case "string": return .string(try text(of: value))
    case "items":
      if case .undefined = value { return .list([]) }
      guard case .dictionary(let dictionary) = value else {
        throw failure("the filter items takes a dictionary, found \(value.kind)")
      }
      return try made(dictionary.pairs.map { .tuple([$0.key, $0.value]) })
    case "attr":
      let name = try bound.requiredText("name")
      // Python's attributes alone: a dictionary's keys are none.
      if case .dictionary = value {
        return hasMethod(name, value) ? .method(name, of: value) : .undefined(name: name)
      }
      return try attribute(name, of: value)
    case "tojson": return try json(value, bound)
    case "abs", "float", "int", "round": return try numberFilter(name, value, bound)
    case "capitalize", "center", "indent", "lower", "replace", "title", "trim", "truncate",
      "upper", "wordcount":
      if name == "indent" || name == "truncate", value.asText == nil {
        throw failure("the filter \(name) takes a text, found \(value.kind)")
      }
      return try textFilter(name, try text(of: value), bound)
    default: return try listFilter(name, value, bound)
    }
  }

  private func openFilter(
    _ name: String, _ value: TemplateValue, _ arguments: TemplateArgumentValues
  ) throws(TokenizationError) -> TemplateValue {
    switch name {
    case "format":
      guard arguments.named.isEmpty || arguments.positional.isEmpty else {
        throw failure("the filter format takes values with or without names, not both")
      }
      guard arguments.named.isEmpty else {
        throw failure("the filter format takes no named values here")
      }
      return try made(try formatted(text(of: value), arguments.positional))
    case "map": return try mapped(value, arguments)
    default: return try selected(name, value, arguments)
    }
  }

  // MARK: JSON

  private func json(
    _ value: TemplateValue, _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> TemplateValue {
    var indent: String?
    switch bound["indent"] {
    case nil, .some(.none): break
    case .string(let text), .markup(let text): indent = text
    default:
      let count = max(0, try bound.integer("indent") ?? 0)
      try requireSize(count)
      indent = String(repeating: " ", count: count)
    }
    var separators = (indent == nil ? ", " : ",", ": ")
    if let given = bound["separators"], !given.isNone {
      let parts = try elements(of: given).compactMap(\.asText)
      guard parts.count == 2 else {
        throw failure("the argument separators of tojson is \(given.kind), expected two texts")
      }
      separators = (parts[0], parts[1])
    }
    var writer = TemplateWriter(self)
    try writer.writeJSON(
      value,
      .init(
        indent: indent, itemSeparator: separators.0, keySeparator: separators.1,
        escapesNonASCII: bound.isTrue("ensure_ascii"), sortsKeys: bound.isTrue("sort_keys")))
    return .string(writer.text)
  }

  // MARK: Numbers

  private func numberFilter(
    _ name: String, _ value: TemplateValue, _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> TemplateValue {
    switch name {
    case "int":
      let fallback = bound["default"] ?? .integer(0)
      if let integer = value.asInteger { return .integer(integer) }
      var number = value.asNumber
      if let text = value.asText {
        try spend(bytes: text.utf8.count)
        let base = try bound.integer("base") ?? 10
        if let integer = TemplateNumber.parsedInteger(text, base: base) { return .integer(integer) }
        number = TemplateNumber.parsed(text)
      }
      guard let number, number.isFinite else { return fallback }
      guard let integer = Int(exactly: number.rounded(.towardZero)) else {
        throw failure("\(number) leaves the integers' range")
      }
      return .integer(integer)
    case "float":
      if let number = value.asNumber { return .number(number) }
      if let text = value.asText {
        try spend(bytes: text.utf8.count)
        if let number = TemplateNumber.parsed(text) { return .number(number) }
      }
      return bound["default"] ?? .number(0)
    case "abs":
      if let integer = value.asInteger {
        return integer < 0 ? try negated(value) : .integer(integer)
      }
      guard let number = value.asNumber else { throw failure("\(value.kind) has no magnitude") }
      return .number(number.magnitude)
    default: return try rounded(value, bound)
    }
  }

  private func rounded(
    _ value: TemplateValue, _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> TemplateValue {
    let decimals = try bound.integer("precision") ?? 0
    let method = try bound.text("method") ?? "common"
    guard ["common", "ceil", "floor"].contains(method) else {
      throw failure("the argument method of round is \(method), expected common, ceil or floor")
    }
    guard let number = value.asNumber else { throw failure("\(value.kind) cannot be rounded") }
    if method == "common" {
      if let integer = value.asInteger, decimals >= 0 { return .integer(integer) }
      let result = TemplateNumber.rounded(number, decimals: decimals)
      return value.asInteger == nil ? .number(result) : .integer(Int(exactly: result) ?? 0)
    }
    var unit = 1.0
    for _ in 0..<min(decimals.magnitude, 320) { unit *= 10 }
    if decimals < 0 { unit = 1 / unit }
    return .number((number * unit).rounded(method == "ceil" ? .up : .down) / unit)
  }

  // MARK: Texts

  private func textFilter(
    _ name: String, _ text: String, _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> TemplateValue {
    try spend(bytes: text.utf8.count)
    switch name {
    case "capitalize": return try made(TemplateText.capitalized(text))
    case "lower": return try made(TemplateText.lowered(text))
    case "upper": return try made(text.uppercased())
    case "title": return try made(TemplateText.titledWords(text))
    case "trim": return try made(TemplateText.strip(text, of: try bound.text("chars")))
    case "replace":
      return try replaced(
        text, try self.text(of: bound["old"] ?? .none), try self.text(of: bound["new"] ?? .none),
        try bound.integer("count"))
    case "center": return try padded(text, to: try bound.integer("width") ?? 80, " ", .center)
    case "indent": return try indented(text, bound)
    case "truncate": return try truncated(text, bound)
    default: return .integer(Self.wordCount(text))
    }
  }

  func replaced(
    _ text: String, _ old: String, _ new: String, _ count: Int?
  ) throws(TokenizationError) -> TemplateValue {
    let bytes = Array(text.utf8)
    try spend(bytes: bytes.count + old.utf8.count)
    let places =
      old.isEmpty
      ? text.unicodeScalars.count + 1
      : ByteSearch.occurrences(of: Array(old.utf8), in: bytes).count
    let (size, overflow) = places.multipliedReportingOverflow(by: new.utf8.count)
    try requireSize(overflow ? .max : bytes.count + size)
    return try made(TemplateText.replace(text, old, new, limit: count))
  }

  private func indented(
    _ text: String, _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> TemplateValue {
    var indent = bound["width"]?.asText
    if indent == nil {
      let width = max(0, try bound.integer("width") ?? 4)
      try requireSize(width)
      indent = String(repeating: " ", count: width)
    }
    let margin = indent ?? ""
    // Jinja looks for one more line than the text has ends of lines.
    let lines = TemplateText.lines(text + "\n", keepsEnds: false)
    try requireSize(text.utf8.count + margin.utf8.count * lines.count)
    let indentsBlank = bound.isTrue("blank")
    var result = bound.isTrue("first") ? margin : ""
    for (index, line) in lines.enumerated() {
      if index > 0 {
        result += "\n"
        if indentsBlank || !line.isEmpty { result += margin }
      }
      result += line
    }
    return try made(result)
  }

  private func truncated(
    _ text: String, _ bound: TemplateBoundArguments
  ) throws(TokenizationError) -> TemplateValue {
    let length = try bound.integer("length") ?? 255
    let end = try bound.text("end") ?? "..."
    let leeway = try bound.integer("leeway") ?? 5
    let scalars = Array(text.unicodeScalars)
    guard length >= end.unicodeScalars.count, leeway >= 0 else {
      throw failure("truncate has the length \(length) and the leeway \(leeway)")
    }
    if scalars.count <= length || scalars.count - length <= leeway { return .string(text) }
    var kept = scalars[..<(length - end.unicodeScalars.count)]
    if !bound.isTrue("killwords"), let space = kept.lastIndex(of: " ") { kept = kept[..<space] }
    var view = String.UnicodeScalarView()
    view.append(contentsOf: kept)
    return try made(String(view) + end)
  }

  /// Runs of word characters.
  private static func wordCount(_ text: String) -> Int {
    var count = 0
    var isInWord = false
    for scalar in text.unicodeScalars {
      let properties = scalar.properties
      let isWord =
        scalar == "_" || TemplateText.isLetter(scalar) || properties.numericType != nil
      if isWord, !isInWord { count += 1 }
      isInWord = isWord
    }
    return count
  }
}

extension TemplateValue {
  var isNone: Bool { if case .none = self { true } else { false } }
}
