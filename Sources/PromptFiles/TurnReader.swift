import KernelProtocol
import SystemReasons

/// Reads a file's turns: `@system`, `@user` and `@assistant` lines, and the
/// texts and images below them.
struct TurnReader {
  private static let roles = ["system", "user", "assistant"]
  /// Turns, and parts, that one file may have.
  private static let limit = 4096

  private enum Piece {
    case text(Range<Int>)
    case image(Range<Int>, String)
  }

  private struct Line {
    let number: Int
    let pieces: [Piece]
    let isBlank: Bool

    var hasText: Bool { pieces.contains { if case .text = $0 { true } else { false } } }
  }

  private let source: SourceText
  private let images: Set<String>
  private var collected: PromptProblems
  private var turns: [PromptFile.Turn] = []
  private var partCount = 0

  var problems: [PromptDiagnostic] { collected.found }

  init(_ source: SourceText, images: [String]) {
    self.source = source
    self.images = Set(images)
    collected = PromptProblems(source)
  }

  mutating func read(from firstLine: Int) -> [PromptFile.Turn] {
    var (role, mark): (String, Int?) = ("user", nil)
    var lines: [Line] = []
    for number in firstLine..<max(firstLine, source.lines.count) {
      if let next = self.role(ofLine: number) {
        finish(role, mark: mark, lines)
        (role, mark, lines) = (next, number, [])
      } else {
        lines.append(line(number))
      }
    }
    finish(role, mark: mark, lines)
    return turns
  }

  private func role(ofLine number: Int) -> String? {
    let content = source.bytes[source.lines[number]]
    guard content.first == UInt8(ascii: "@") else { return nil }
    return Self.roles.first { $0.utf8.elementsEqual(content.dropFirst()) }
  }

  // MARK: Lines

  private mutating func line(_ number: Int) -> Line {
    let content = source.lines[number]
    var start = content.lowerBound
    if source.bytes[content].first == UInt8(ascii: "@") {
      if source.bytes[content].dropFirst().first == UInt8(ascii: "@") {
        start += 1
      } else {
        collected.add(
          content,
          "this line is not @system, @user or @assistant: a text's own \"@\" is written \"@@\" at "
            + "the beginning of a line")
      }
    }
    let pieces = pieces(start..<content.upperBound)
    let isBlank = source.bytes[start..<content.upperBound].allSatisfy(\.isBlank)
    return Line(number: number, pieces: isBlank ? [] : pieces, isBlank: isBlank)
  }

  /// Cuts a line at its images. Of a line with images and nothing else no text is left.
  private mutating func pieces(_ range: Range<Int>) -> [Piece] {
    var pieces: [Piece] = []
    var start = range.lowerBound
    var offset = start
    func textUp(to end: Int) { if start < end { pieces.append(.text(start..<end)) } }
    while offset + 1 < range.upperBound {
      guard source.bytes[offset] == UInt8(ascii: "!") else {
        offset += 1
        continue
      }
      if source.bytes[offset..<range.upperBound].starts(with: "!![".utf8) {
        // The first mark goes, and what follows is text.
        textUp(to: offset)
        start = offset + 1
        offset += 3
      } else if let (name, end) = image(at: offset, in: range) {
        textUp(to: offset)
        pieces.append(.image(offset..<end, name))
        (start, offset) = (end, end)
      } else {
        offset += 1
      }
    }
    textUp(to: range.upperBound)
    let isOfImages = pieces.allSatisfy {
      if case .text(let text) = $0 { source.bytes[text].allSatisfy(\.isBlank) } else { true }
    }
    return isOfImages ? pieces.filter { if case .image = $0 { true } else { false } } : pieces
  }

  /// The image that `![name]` at an offset names.
  private mutating func image(at offset: Int, in range: Range<Int>) -> (String, Int)? {
    guard source.bytes[offset + 1] == UInt8(ascii: "[") else { return nil }
    let rest = source.bytes[offset + 2..<range.upperBound]
    let name = rest.prefix { $0.isNameCharacter }
    guard !name.isEmpty, name.endIndex < range.upperBound,
      source.bytes[name.endIndex] == UInt8(ascii: "]")
    else { return nil }
    let text = source.string(name.startIndex..<name.endIndex)
    guard images.contains(text) else {
      collected.add(
        offset..<name.endIndex + 1,
        "there is no image \(quoted(text)) in the front matter; a text's own \"![\" is written "
          + "\"!![\""
      )
      return nil
    }
    return (text, name.endIndex + 1)
  }

  // MARK: Turns

  private mutating func finish(_ role: String, mark: Int?, _ lines: [Line]) {
    let parts = parts(of: lines)
    if mark == nil, parts.isEmpty { return }
    guard turns.count < Self.limit, partCount <= Self.limit else { return }
    let first = mark ?? lines.first(where: { !$0.isBlank })?.number ?? 0
    let last = lines.last(where: { !$0.isBlank })?.number ?? first
    let range = source.lines[first].lowerBound..<source.lines[last].upperBound
    if let before = turns.last {
      if before.parts.isEmpty { reportEmpty(before) }
      if before.role == role {
        collected.add(
          source.lines[first], "two turns of the \(role) in succession make one message",
          as: .warning)
      }
    }
    turns.append(.init(role: role, range: range, parts: parts))
    if turns.count == Self.limit {
      collected.add(source.lines[first], "at most \(Self.limit - 1) turns are read")
    }
  }

  private mutating func reportEmpty(_ turn: PromptFile.Turn) {
    collected.add(turn.range, "this turn is empty", as: .warning)
  }

  /// The texts and images of a turn, blank lines at both ends of its text left out.
  private mutating func parts(of lines: [Line]) -> [PromptFile.Part] {
    let texts = lines.indices.filter { lines[$0].hasText }
    var parts: [PromptFile.Part] = []
    var text = MappedText()
    func flush() {
      if let range = text.source { parts.append(.init(range: range, content: .text(text))) }
      text = MappedText()
    }
    for (index, line) in lines.enumerated() {
      let isInText = (texts.first ?? .max)...(texts.last ?? .max) ~= index
      for piece in line.pieces {
        switch piece {
        case .text(let range): text.append(range, of: source)
        case .image(let range, let name):
          flush()
          parts.append(.init(range: range, content: .image(name)))
        }
      }
      // A line of images alone goes with its end; a blank one between two of text stays.
      if isInText, line.hasText || line.isBlank, index != texts.last {
        let end = source.lines[line.number].upperBound..<source.wholeLine(line.number).upperBound
        text.append(CollectionOfOne(UInt8(ascii: "\n")), for: end)
      }
    }
    flush()
    if partCount <= Self.limit, partCount + parts.count > Self.limit {
      collected.add(
        source.lines[lines.first?.number ?? 0], "at most \(Self.limit) parts are read")
    }
    partCount += parts.count
    return parts
  }
}
