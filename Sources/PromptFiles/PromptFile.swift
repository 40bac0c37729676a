package import KernelProtocol
import SystemReasons

/// A prompt file as it was read: what it says, where it says it, and what is wrong with it.
///
/// The format is protocol/prompt-files.md's. Reading never fails; what cannot be understood is left
/// out and told of in `diagnostics`.
package struct PromptFile: Sendable {
  /// Bytes beyond which a file is not read.
  package static let byteLimit = 4 << 20

  package let source: SourceText
  package var front = FrontMatter()
  package var turns: [Turn] = []
  package private(set) var diagnostics: [PromptDiagnostic] = []

  /// A value and the stretch of the file it was written in.
  package struct Located<Value: Sendable & Equatable>: Sendable, Equatable {
    package let value: Value
    package let range: Range<Int>
  }

  package struct Turn: Sendable {
    package let role: String
    /// From its mark to the end of its last line.
    package let range: Range<Int>
    package var parts: [Part]
  }

  package struct Part: Sendable {
    package enum Content: Sendable {
      case text(MappedText)
      /// By its name.
      case image(String)
    }

    package let range: Range<Int>
    package let content: Content
  }

  package init(_ text: String) {
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
  package var parts: [(role: String, part: Part)] {
    turns.flatMap { turn in turn.parts.map { (turn.role, $0) } }
  }

  /// Whether the last turn's text is the beginning of the answer.
  package var beginsAnswer: Bool {
    guard let last = turns.last, last.role == "assistant", last.parts.count == 1,
      case .text = last.parts[0].content
    else { return false }
    return true
  }

  package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  package mutating func report(
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
