internal import JSON

/// Readers of the steps before and after the model.
extension TokenizerFile {
  static func readNormalizer(_ section: Section) throws(TokenizationError) -> Normalizer {
    switch try section.text("type") {
    case "NFC": return .composed
    case "Lowercase": return .lowercased
    case "Prepend": return .prepend(Array(try section.text("prepend").utf8))
    case "Replace":
      return .replace(try readLiteral(section), by: Array(try section.text("content").utf8))
    case "Sequence":
      var steps: [Normalizer] = []
      for step in try section.children("normalizers") { steps.append(try readNormalizer(step)) }
      return .sequence(steps)
    case let type:
      throw .unsupported(
        what: "normalizer", found: type,
        supported: ["NFC", "Lowercase", "Prepend", "Replace", "Sequence"])
    }
  }

  static func readPreTokenizer(_ section: Section) throws(TokenizationError) -> PreTokenizer {
    switch try section.text("type") {
    case "Split": return try readSplit(section)
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
      for step in try section.children("pretokenizers") {
        steps.append(try readPreTokenizer(step))
      }
      return .sequence(steps)
    case let type:
      throw .unsupported(
        what: "pre_tokenizer", found: type,
        supported: ["Split", "ByteLevel", "Metaspace", "Sequence"])
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
      for step in try section.children("decoders") { steps.append(try readDecoder(step)) }
      return .sequence(steps)
    case let type:
      throw .unsupported(
        what: "decoder", found: type,
        supported: [
          "ByteLevel", "ByteFallback", "Fuse", "Replace", "Strip", "Metaspace", "Sequence",
        ])
    }
  }

  private static func readSplit(_ section: Section) throws(TokenizationError) -> PreTokenizer {
    let name = try section.text("behavior")
    guard let behaviour = SplitBehaviour(rawValue: name) else {
      throw .unsupported(
        what: "pre_tokenizer Split behavior", found: name,
        supported: SplitBehaviour.allCases.map(\.rawValue))
    }
    guard try !section.flag("invert", default: false) else {
      throw .unsupported(
        what: "pre_tokenizer Split invert", found: "true", supported: ["false"])
    }
    let pattern = try section.child("pattern")
    if let literal = try pattern.optionalText("String") {
      return .split(.literal(Array(literal.utf8)), behaviour)
    }
    return .split(try SplitPattern(expression: pattern.text("Regex")), behaviour)
  }

  private static func readLiteral(_ section: Section) throws(TokenizationError) -> [UInt8] {
    let pattern = try section.child("pattern")
    guard let literal = try pattern.optionalText("String"), !literal.isEmpty else {
      throw .unsupported(
        what: "Replace pattern", found: "\(pattern.object.members.map(\.name))",
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
        what: "Metaspace", reason: "replacement is \(replacement), expected one character")
    }
    // Files before prepend_scheme have add_prefix_space.
    let fallback = try section.flag("add_prefix_space", default: true) ? "always" : "never"
    let name = try section.optionalText("prepend_scheme") ?? fallback
    guard let prefix = MetaspacePrefix(rawValue: name) else {
      throw .unsupported(
        what: "Metaspace prepend_scheme", found: name,
        supported: MetaspacePrefix.allCases.map(\.rawValue))
    }
    return (Array(replacement.utf8), prefix)
  }
}
