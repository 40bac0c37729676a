import KernelProtocol
import PromptFiles

/// Where and how a generated answer goes into a prompt file, so that the file
/// then begins the answer so.
struct AnswerInsertion {
  let range: TextRange
  let text: String

  init(_ answer: String, into file: PromptFile) {
    let source = file.source
    let end = source.bytes.count
    guard let last = file.turns.last, last.role == "assistant" else {
      let gap = source.lines.last.map(\.isEmpty) ?? true ? "" : "\n"
      range = source.range(end..<end)
      text = gap + "@assistant\n" + Self.escaped(answer, atLineStart: true) + "\n"
      return
    }
    if file.beginsAnswer, case .text(let begun) = last.parts[0].content, let place = begun.source {
      range = source.range(place.upperBound..<place.upperBound)
      text = Self.escaped(answer, atLineStart: false)
    } else {
      range = source.range(last.range.upperBound..<end)
      text = "\n" + Self.escaped(answer, atLineStart: true) + "\n"
    }
  }

  private static func escaped(_ answer: String, atLineStart: Bool) -> String {
    let lines = answer.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.enumerated().map { index, line in
      let marked = line.replacing("![", with: "!![")
      return (index > 0 || atLineStart) && line.hasPrefix("@") ? "@" + marked : String(marked)
    }.joined(separator: "\n")
  }
}
