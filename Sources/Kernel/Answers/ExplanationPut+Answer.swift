import FeatureIndex
import FoundationEssentials
import JSONRPC
import KernelProtocol

extension ExplanationPut: ShelfAnswerable {
  static let textLimit = 64 << 10

  static func answer(
    _ params: Params, shelf: IndexShelf, call: Call
  ) throws -> Result {
    let state = params.state ?? .explained
    let text = params.text ?? ""
    guard text.isEmpty == (state == .uninterpretable) else {
      throw DomainError(
        .unsupportedTarget,
        state == .uninterpretable
          ? "an uninterpretable latent has no text" : "an explanation has a text")
    }
    guard text.utf8.count <= textLimit, params.author.name.utf8.count <= 1024,
      (params.method ?? "").utf8.count <= 1024, (params.concept ?? "").utf8.count <= 1024,
      (params.evidence ?? []).count <= 10_000
    else {
      throw DomainError(
        .unsupportedTarget,
        "an explanation has at most \(textLimit) bytes of text, 1024 of names, 10,000 evidences")
    }
    let store = try IndexAccess.writing(params.index, shelf)
    try store.check([params.latent])
    let record = ExplanationRecord(
      latent: params.latent, state: .init(state), text: text,
      author: .init(params.author), method: params.method ?? "manual",
      evidence: params.evidence ?? [], concept: params.concept,
      created: Date.now.timeIntervalSince1970)
    let put = try IndexAccess.write(to: store.path) { try $0.put([record]) }
    var told = Explanation(put[0])
    told.path = store.path
    return told
  }
}
