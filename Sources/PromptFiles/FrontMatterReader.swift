internal import JSON
import JSONRPC
import KernelProtocol
import SystemReasons

/// Reads a file's front matter: `key: scalar` lines, and under `images:`
/// and `steer:` indented ones.
///
/// It is a strict subset of YAML: what YAML would read in another way is refused.
struct FrontMatterReader {
  private static let scalarKeys =
    ["model", "sae"] + optionKeys + ["template", "answer", "baseline"]
  /// What an autoencoder's files may leave open.
  private static let optionKeys = ["sae-site", "sae-k", "sae-input-scale", "sae-activation"]
  private static let listKeys = ["images", "steer"]
  /// Entries that one list may have.
  private static let entryLimit = 1024

  private let source: SourceText
  private(set) var front = FrontMatter()
  private var collected: PromptProblems
  /// Where the first of `optionKeys` stands.
  private var optionPlace: Range<Int>?
  private var seen = Set<String>()
  /// The list that indented lines belong to; nil after a key that has none, empty after a bad one.
  private var list: String?

  var problems: [PromptDiagnostic] { collected.found }

  init(_ source: SourceText) {
    self.source = source
    collected = PromptProblems(source)
  }

  /// Reads it.
  /// - Returns: the line after it; 0 where there is none.
  mutating func read() -> Int {
    guard isFence(0) else { return 0 }
    guard let end = source.lines.indices.dropFirst().first(where: isFence) else {
      collected.add(
        source.lines[0], "the front matter that begins here has no end: a line \"---\" is missing")
      return source.lines.count
    }
    for line in 1..<end { read(line: line) }
    if let open = optionPlace, front.sae == nil {
      collected.add(
        open, "what an autoencoder's files leave open goes with \"sae\", which is missing")
    }
    if let baseline = front.baseline, front.answer == nil {
      collected.add(
        baseline.range, "\"baseline\" is compared with \"answer\", which is missing", as: .warning)
    }
    return end + 1
  }

  private func isFence(_ line: Int) -> Bool {
    let content = source.lines[line]
    return source.bytes[content].starts(with: "---".utf8)
      && source.bytes[content].dropFirst(3).allSatisfy(\.isBlank)
  }

  // MARK: Lines

  private mutating func read(line: Int) {
    let whole = source.lines[line]
    let content = trimmed(whole)
    guard let first = source.bytes[content].first, first != UInt8(ascii: "#") else { return }
    if source.bytes[whole.lowerBound..<content.lowerBound].contains(UInt8(ascii: "\t")) {
      return collected.add(content, "a line is indented with spaces, not with a tab")
    }
    guard let (key, value) = split(content) else {
      return collected.add(content, "expected \"key: value\"")
    }
    if content.lowerBound > whole.lowerBound {
      readEntry(key, value)
    } else {
      readKey(key, value, line: content)
    }
  }

  /// Cuts at the first colon that a space or the line's end follows.
  private func split(_ content: Range<Int>) -> (key: Range<Int>, value: Range<Int>)? {
    for offset in content where source.bytes[offset] == UInt8(ascii: ":") {
      guard offset + 1 == content.upperBound || source.bytes[offset + 1].isBlank else { continue }
      let key = trimmed(content.lowerBound..<offset)
      return key.isEmpty ? nil : (key, trimmed(offset + 1..<content.upperBound))
    }
    return nil
  }

  private mutating func readKey(_ keyRange: Range<Int>, _ value: Range<Int>, line: Range<Int>) {
    let key = source.string(keyRange)
    list = ""
    guard Self.scalarKeys.contains(key) || Self.listKeys.contains(key) else {
      let known = (Self.scalarKeys + Self.listKeys).joined(separator: ", ")
      return collected.add(keyRange, "there is no key \(quoted(key)): the keys are \(known)")
    }
    guard seen.insert(key).inserted else {
      return collected.add(keyRange, "the key \"\(key)\" is given twice")
    }
    if Self.listKeys.contains(key) {
      list = key
      if let first = source.bytes[value].first, first != UInt8(ascii: "#") {
        collected.add(value, "\"\(key)\" takes indented lines below it, as in \"  name: value\"")
      }
      return
    }
    list = nil
    if Self.optionKeys.contains(key), optionPlace == nil { optionPlace = keyRange }
    guard let scalar = scalar(value, of: key, at: line) else { return }
    switch key {
    case "model": front.model = scalar
    case "sae": front.sae = scalar
    case "answer": front.answer = scalar
    case "baseline": front.baseline = scalar
    case "sae-site": front.saeOptions.site = scalar.value
    case "sae-k":
      front.saeOptions.k = Int(scalar.value).flatMap { $0 > 0 ? $0 : nil }
      if front.saeOptions.k == nil { refuse(scalar, key, "a whole number above zero") }
    case "sae-input-scale":
      front.saeOptions.inputScale = number(scalar).flatMap { $0 > 0 ? $0 : nil }
      if front.saeOptions.inputScale == nil { refuse(scalar, key, "a number above zero") }
    case "sae-activation":
      front.saeOptions.activation = SAEOptions.Activation(rawValue: scalar.value)
      if front.saeOptions.activation == nil {
        refuse(scalar, key, "one of \(SAEOptions.Activation.allNames)")
      }
    default:
      guard let template = ContextOpen.Template(rawValue: scalar.value) else {
        return collected.add(
          scalar.range,
          "the template is \(quoted(scalar.value)), expected one of "
            + "\(ContextOpen.Template.allNames)"
        )
      }
      front.template = template
    }
  }

  private mutating func readEntry(_ keyRange: Range<Int>, _ value: Range<Int>) {
    let key = source.string(keyRange)
    let line = keyRange.lowerBound..<max(keyRange.upperBound, value.upperBound)
    switch list {
    case nil: collected.add(line, "only lines below \"images:\" and \"steer:\" are indented")
    case "images": readImage(key, keyRange, value, line: line)
    case "steer": readClamp(key, keyRange, value, line: line)
    default: break  // The key above was refused already.
    }
  }

  private mutating func readImage(
    _ name: String, _ keyRange: Range<Int>, _ value: Range<Int>, line: Range<Int>
  ) {
    guard name.utf8.count <= 64, name.utf8.allSatisfy(\.isNameCharacter) else {
      return collected.add(
        keyRange, "an image's name has letters, digits, \"_\" and \"-\", at most 64 of them")
    }
    guard !front.images.contains(where: { $0.name.value == name }) else {
      return collected.add(keyRange, "the image \"\(name)\" is given twice")
    }
    guard let path = scalar(value, of: name, at: line) else { return }
    guard hasRoom(front.images.count, line) else { return }
    front.images.append(.init(name: .init(value: name, range: keyRange), path: path))
  }

  private mutating func readClamp(
    _ latent: String, _ keyRange: Range<Int>, _ value: Range<Int>, line: Range<Int>
  ) {
    guard latent.utf8.allSatisfy({ $0.isDigit }), let index = Int(latent) else {
      return collected.add(
        keyRange, "a latent is a whole number, found \(quoted(latent))")
    }
    guard !front.steer.contains(where: { $0.index.value == index }) else {
      return collected.add(keyRange, "the latent \(index) is given twice")
    }
    guard let scalar = scalar(value, of: latent, at: line) else { return }
    guard let number = number(scalar) else {
      return collected.add(scalar.range, "expected a number, found \(quoted(scalar.value))")
    }
    guard hasRoom(front.steer.count, line) else { return }
    front.steer.append(
      .init(
        index: .init(value: index, range: keyRange),
        value: .init(value: number, range: scalar.range)))
  }

  private func number(_ scalar: PromptFile.Located<String>) -> Double? {
    try? JSONValue(parsing: Array(scalar.value.utf8)).numberValue
  }

  private mutating func refuse(
    _ scalar: PromptFile.Located<String>, _ key: String, _ expected: String
  ) {
    collected.add(
      scalar.range, "\"\(key)\" is \(quoted(scalar.value)), expected \(expected)")
  }

  private mutating func hasRoom(_ count: Int, _ line: Range<Int>) -> Bool {
    if count == Self.entryLimit {
      collected.add(line, "at most \(Self.entryLimit) entries are read")
    }
    return count < Self.entryLimit
  }

  // MARK: Scalars

  /// A plain scalar, or a JSON string.
  private mutating func scalar(
    _ range: Range<Int>, of key: String, at line: Range<Int>
  ) -> PromptFile.Located<String>? {
    guard let first = source.bytes[range].first, first != UInt8(ascii: "#") else {
      collected.add(line, "\"\(key.prefix(64))\" has no value")
      return nil
    }
    return first == UInt8(ascii: "\"") ? string(range) : plain(range)
  }

  private mutating func string(_ range: Range<Int>) -> PromptFile.Located<String>? {
    var end = range.lowerBound + 1
    while end < range.upperBound, source.bytes[end] != UInt8(ascii: "\"") {
      end += source.bytes[end] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard end < range.upperBound else {
      collected.add(range, "the string has no closing quotation mark")
      return nil
    }
    let rest = trimmed(end + 1..<range.upperBound)
    let followsSpace = end + 1 < range.upperBound && source.bytes[end + 1].isBlank
    guard rest.isEmpty || (followsSpace && source.bytes[rest.lowerBound] == UInt8(ascii: "#"))
    else {
      collected.add(rest, "nothing but a comment may follow a string")
      return nil
    }
    let written = range.lowerBound..<end + 1
    guard let value = try? JSONValue(parsing: Array(source.bytes[written])).stringValue else {
      collected.add(written, "expected a JSON string, such as \" No\" or \"\\n\"")
      return nil
    }
    return .init(value: value, range: written)
  }

  /// Characters that begin something else in YAML.
  private static let indicators = Set("[]{}&*!|>'%@`,?".utf8)

  private mutating func plain(_ range: Range<Int>) -> PromptFile.Located<String>? {
    var end = range.upperBound
    for offset in range.dropFirst()
    where source.bytes[offset] == UInt8(ascii: "#") && source.bytes[offset - 1].isBlank {
      end = offset
      break
    }
    let written = trimmed(range.lowerBound..<end)
    let bytes = source.bytes[written]
    let isList = bytes.first == UInt8(ascii: "-") && bytes.dropFirst().first.map(\.isBlank) ?? true
    let hasColon = split(written) != nil
    guard !isList, !hasColon, !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }),
      let first = bytes.first, !Self.indicators.contains(first)
    else {
      collected.add(
        written, "this value must be written as a JSON string, between quotation marks")
      return nil
    }
    return .init(value: source.string(written), range: written)
  }

  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (start, end) = (range.lowerBound, range.upperBound)
    while start < end, source.bytes[start].isBlank { start += 1 }
    while end > start, source.bytes[end - 1].isBlank { end -= 1 }
    return start..<end
  }
}

extension UInt8 {
  /// A space or a tab.
  var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

  var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }

  /// A letter, digit, underscore or hyphen of ASCII.
  var isNameCharacter: Bool {
    isDigit || self == UInt8(ascii: "_") || self == UInt8(ascii: "-")
      || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
  }
}
