internal import JSON

/// Readers of the steps before and after the model.
extension TokenizerFile {
  static func readNormalizer(_ section: Section) throws(TokenizationError) -> Normalizer {
    switch try section.text("type") {
    case "NFC": return .unicode(.composed)
    case "NFD": return .unicode(.decomposed)
    case "NFKC": return .unicode(.compatiblyComposed)
    case "NFKD": return .unicode(.compatiblyDecomposed)
    case "Lowercase": return .lowercased
    case "Strip":
      return .strip(
        left: try section.flag("strip_left", default: true),
        right: try section.flag("strip_right", default: true))
    case "Prepend": return .prepend(Array(try section.text("prepend").utf8))
    case "Replace":
      return .replace(
        try readPattern(section),
        by: Array(try section.text("content").utf8))
    case "Sequence":
      var steps: [Normalizer] = []
      for step in try Self.steps(of: section, "normalizers") {
        steps.append(try readNormalizer(step))
      }
      return .sequence(steps)
    case let type:
      throw .unsupported(
        what: section.name, found: type,
        supported: [
          "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Strip", "Prepend", "Replace", "Sequence",
        ])
    }
  }

  static func readPreTokenizer(_ section: Section) throws(TokenizationError) -> PreTokenizer {
    switch try section.text("type") {
    case "Split": return try readSplit(section)
    case "Digits":
      let isolates = try section.flag("individual_digits", default: false)
      return .split(.digits, isolates ? .isolated : .contiguous, inverts: false)
    case "Punctuation":
      let behaviour = try readBehaviour(section, default: .isolated)
      return .split(.punctuation, behaviour, inverts: false)
    case "ByteLevel":
      return .byteLevel(
        addsPrefixSpace: try section.flag("add_prefix_space", default: true),
        cuts: try section.flag("use_regex", default: true))
    case "Metaspace":
      let (replacement, prefix) = try readMetaspace(section)
      return .metaspace(
        replacement: replacement, prefix: prefix,
        splits: try section.flag("split", default: true))
    case "Sequence":
      var steps: [PreTokenizer] = []
      for step in try Self.steps(of: section, "pretokenizers") {
        steps.append(try readPreTokenizer(step))
      }
      return .sequence(steps)
    case let type:
      throw .unsupported(
        what: section.name, found: type,
        supported: ["Split", "Digits", "Punctuation", "ByteLevel", "Metaspace", "Sequence"])
    }
  }

  static func readDecoder(_ section: Section) throws(TokenizationError) -> TokenDecoder {
    switch try section.text("type") {
    case "ByteLevel": return .byteLevel
    case "ByteFallback": return .byteFallback
    case "Fuse": return .fuse
    case "Replace":
      return .replace(try readLiteral(section), by: Array(try section.text("content").utf8))
    case "Strip":
      return .strip(
        Array(try section.text("content").utf8), start: try section.count("start"),
        end: try section.count("stop"))
    case "Metaspace":
      let (replacement, prefix) = try readMetaspace(section)
      return .metaspace(replacement: replacement, dropsFirst: prefix != .never)
    case "Sequence":
      var steps: [TokenDecoder] = []
      for step in try Self.steps(of: section, "decoders") { steps.append(try readDecoder(step)) }
      return .sequence(steps)
    case let type:
      throw .unsupported(
        what: section.name, found: type,
        supported: [
          "ByteLevel", "ByteFallback", "Fuse", "Replace", "Strip", "Metaspace", "Sequence",
        ])
    }
  }

  private static func readSplit(_ section: Section) throws(TokenizationError) -> PreTokenizer {
    .split(
      try readPattern(section), try readBehaviour(section),
      inverts: try section.flag("invert", default: false))
  }

  private static func readBehaviour(
    _ section: Section, default fallback: SplitBehaviour? = nil
  ) throws(TokenizationError) -> SplitBehaviour {
    if let fallback, section.object.present("behavior") == nil { return fallback }
    let name = try section.text("behavior")
    guard let behaviour = SplitBehaviour(rawValue: name) else {
      throw .unsupported(
        what: section.path("behavior"), found: name,
        supported: SplitBehaviour.allCases.map(\.rawValue))
    }
    return behaviour
  }

  private static func readPattern(_ section: Section) throws(TokenizationError) -> SplitPattern {
    let pattern = try section.child("pattern")
    if let literal = try pattern.optionalText("String") {
      // The empty text stands between all characters, as an expression of nothing does.
      return literal.isEmpty ? try SplitPattern(expression: "") : .literal(Array(literal.utf8))
    }
    guard let expression = try pattern.optionalText("Regex") else {
      throw .unsupported(
        what: pattern.name, found: "\(pattern.object.members.map(\.name))",
        supported: ["String", "Regex"])
    }
    return try SplitPattern(expression: expression)
  }

  /// Far above any file.
  private static let stepLimit = 64

  private static func steps(
    of section: Section, _ key: String
  ) throws(TokenizationError) -> [Section] {
    let steps = try section.children(key)
    guard steps.count <= stepLimit else {
      throw .malformed(
        what: section.path(key),
        reason: "it has \(steps.count) steps, expected at most \(stepLimit)")
    }
    return steps
  }

  private static func readLiteral(_ section: Section) throws(TokenizationError) -> [UInt8] {
    let pattern = try section.child("pattern")
    guard let literal = try pattern.optionalText("String"), !literal.isEmpty else {
      throw .unsupported(
        what: pattern.name, found: "\(pattern.object.members.map(\.name))",
        supported: ["String"])
    }
    return Array(literal.utf8)
  }

  private static func readMetaspace(
    _ section: Section
  ) throws(TokenizationError) -> (replacement: [UInt8], prefix: MetaspacePrefix) {
    let replacement = try section.text("replacement")
    guard replacement.unicodeScalars.count == 1 else {
      throw .malformed(
        what: section.path("replacement"), reason: "found \(replacement), expected one character")
    }
    // Files before prepend_scheme have add_prefix_space.
    let fallback = try section.flag("add_prefix_space", default: true) ? "always" : "never"
    let name = try section.optionalText("prepend_scheme") ?? fallback
    guard let prefix = MetaspacePrefix(rawValue: name) else {
      throw .unsupported(
        what: section.path("prepend_scheme"), found: name,
        supported: MetaspacePrefix.allCases.map(\.rawValue))
    }
    return (Array(replacement.utf8), prefix)
  }
}
