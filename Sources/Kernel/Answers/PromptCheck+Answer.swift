package import KernelProtocol
import PromptFiles

extension PromptCheck {
  package static func answer(_ params: Params) throws -> Result {
    var file = PromptFile(params.text)
    let front = try file.resolvedFront(directory: params.directory)
    return Result(front: front, turns: file.wireTurns, diagnostics: file.diagnostics)
  }
}

extension PromptFile {
  fileprivate var wireTurns: [PromptCheck.Turn] {
    turns.map { turn in
      PromptCheck.Turn(
        role: turn.role, range: source.range(turn.range),
        parts: turn.parts.map { part in
          let range = source.range(part.range)
          return switch part.content {
          case .text(let text): PromptCheck.Part(range: range, text: text.string)
          case .image(let name): PromptCheck.Part(range: range, image: name)
          }
        })
    }
  }
}
