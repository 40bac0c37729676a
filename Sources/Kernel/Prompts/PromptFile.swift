import KernelProtocol
import SystemReasons

/// A prompt file as it was read: what it says, where it says it, and what is wrong with it.
///
/// The format is protocol/prompt-files.md's. Reading never fails; what cannot be understood is left out
/// and told of in `diagnostics`.
struct PromptFile: Sendable {
  /// Bytes beyond which a file is not read.
  static let byteLimit = 4 << 20

  let source: SourceText
  var front = FrontMatter()
  var turns: [Turn] = []
  private(set) var diagnostics: [PromptDiagnostic] = []

  /// A value and the stretch of the file it was written in.
  struct Located<Value: Sendable & Equatable>: Sendable, Equatable {
    let value: Value
    let range: Range<Int>
  }

  struct Turn: Sendable {
    let role: String
    /// From its mark to the end of its last line.
    let range: Range<Int>
    var parts: [Part]
  }

  struct Part: Sendable {
    enum Content: Sendable {
      case text(MappedText)
      /// By its name.
      case image(String)
    }

    let range: Range<Int>
    let content: Content
  }

  init(_ text: String) {
    guard text.utf8.count <= Self.byteLimit else {
      source = SourceText("")
      report(0..<0, "the file has \(text.utf8.count) bytes, at most \(Self.byteLimit) are read")
      return
    }
    source = SourceText(text)
    var reader = FrontMatterReader(source)
    let firstLine = reader.read()
    front = reader.front
    var turnReader = TurnReader(source, images: front.images.map(\.name.value))
    turns = turnReader.read(from: firstLine)
    diagnostics = reader.problems + turnReader.problems
    placeUnnamedImages()
    if parts.isEmpty, !hasErrors {
      report(source.bytes.count..<source.bytes.count, "the prompt is empty")
    }
  }

  /// All parts with their roles, in the order of the file.
  var parts: [(role: String, part: Part)] {
    turns.flatMap { turn in turn.parts.map { (turn.role, $0) } }
  }

  /// Whether the last turn's text is the beginning of the answer.
  var beginsAnswer: Bool {
    guard let last = turns.last, last.role == "assistant", last.parts.count == 1,
      case .text = last.parts[0].content
    else { return false }
    return true
  }

  var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  mutating func report(
    _ range: Range<Int>, _ message: String, as severity: PromptDiagnostic.Severity = .error
  ) {
    diagnostics.append(
      PromptDiagnostic(range: source.range(range), severity: severity, message: message))
  }

  /// Images that no turn names stand at the beginning of the first user turn.
  private mutating func placeUnnamedImages() {
    let named = Set(
      parts.compactMap { _, part -> String? in
        if case .image(let name) = part.content { name } else { nil }
      })
    let rest = front.images.filter { !named.contains($0.name.value) }
    guard let first = rest.first else { return }
    guard let user = turns.firstIndex(where: { $0.role == "user" }) else {
      report(
        first.name.range,
        "the image \(quoted(first.name.value)) has no turn: there is no @user, and no turn names it"
      )
      return
    }
    turns[user].parts.insert(
      contentsOf: rest.map { image in
        Part(
          range: image.name.range.lowerBound..<image.path.range.upperBound,
          content: .image(image.name.value))
      }, at: 0)
  }
}

/// What stands between the two `---` lines.
struct FrontMatter: Sendable {
  typealias Located = PromptFile.Located

  struct Image: Sendable {
    let name: Located<String>
    /// As written.
    let path: Located<String>
  }

  struct Clamp: Sendable {
    let index: Located<Int>
    let value: Located<Double>
  }

  var model: Located<String>?
  var sae: Located<String>?
  var images: [Image] = []
  var template = ContextOpen.Template.model
  var answer: Located<String>?
  var baseline: Located<String>?
  var steer: [Clamp] = []
}
