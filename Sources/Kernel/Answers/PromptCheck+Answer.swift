package import KernelProtocol
import PromptFiles

extension PromptCheck {
  /// - Parameter host: what a client on another machine calls this one.
  package static func answer(_ params: Params, host: String? = nil) throws -> Result {
    var file = PromptFile(params.text)
    let front = try file.resolvedFront(
      directory: params.directory, sent: params.sentNames, host: host)
    return Result(front: front, turns: file.wireTurns, diagnostics: file.diagnostics)
  }
}

extension PromptCheck.Params {
  /// Names of the images that the client sends.
  var sentNames: Set<String> { Set((images ?? []).map(\.name)) }
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
