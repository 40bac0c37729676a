import Images
import Interpretation
internal import JSON
package import JSONRPC
package import KernelProtocol
import Models

extension ContextTokens: EngineAnswerable {
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let open = try engine.context(params)
    let span = params.span.map { $0.start..<$0.end } ?? 0..<open.context.tokenCount
    let tokens = try open.context.positions(of: .span(span)).joined().map {
      token(at: $0, of: open)
    }
    guard call.wantsPartialResults else { return Result(tokens: tokens) }
    call.stream(try tokens.map { try JSONValue(encoding: $0) }, as: "tokens")
    return Result(tokens: [])
  }

  private static func token(at position: Int, of open: OpenContext) -> Token {
    let (context, prompt) = (open.context, open.context.prompt)
    let id = context.tokens[position]
    var token = Token(
      position: position, id: id, text: open.text(ofToken: id),
      part: prompt.part(at: position).map { context.partNames[$0] })
    if let index = prompt.image(at: position) {
      let image = prompt.images[index]
      token.image = index
      let place = position - image.span.lowerBound
      token.view = image.layout.views.first { $0.tokens.contains(place) }?.name
      token.box = image.layout.box(ofToken: place).map(Box.init)
    }
    return token
  }
}
