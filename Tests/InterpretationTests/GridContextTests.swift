import Images
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

/// Contexts of a model whose pictures stand as grids and whose deeper features are added between
/// blocks: Qwen3-VL (Tests/Fixtures/make/models.py). Rows are added behind blocks 0 and 1 of 4.
@Suite struct GridContextTests {
  private let model: Model

  init() throws {
    model = try Model(
      folder: Fixtures.path("models/qwen3vl"), precision: .float32,
      team: ThreadTeam(threadCount: 1), resizing: .pillow)
  }

  private func prompt(_ second: String, _ text: String) throws -> Prompt {
    try model.prompt(
      [
        .text("One: "), .picture(try Bench.picture("wide.png")), .text(" two: "),
        .picture(try Bench.picture(second)), .text(text),
      ], template: .plain)
  }

  private func context(
    _ prompt: Prompt, recording blocks: [Int] = [0, 1, 2], reusing other: ResidentContext? = nil,
    keeping detail: SavedDetail? = nil
  ) throws -> ResidentContext {
    try ResidentContext(
      opening: prompt, partNames: prompt.partSpans.indices.map { "part\($0)" }, model: model,
      recording: blocks.map { AutoencoderSite(.residualPost($0)) }, keeping: detail,
      reusing: other, progress: { _ in }, cancellation: .never)
  }

  private func residuals(_ context: ResidentContext) throws -> [Matrix] {
    try (0..<3).map {
      try context.tensor(at: .residualPost($0), keep: false, cancellation: .never)
    }
  }

  private func expectAgree(_ a: ResidentContext, _ b: ResidentContext) throws {
    #expect(a.tokens == b.tokens)
    #expect(try residuals(a) == residuals(b))
    let all = 0..<a.tokenCount
    #expect(try a.outputs(at: all) == b.outputs(at: all))
  }

  @Test(arguments: [("square.png", "Which?"), ("landscape.png", "Which one?")])
  func aBeginningThatIsTakenOverChangesNothing(_ second: String, _ text: String) throws {
    let first = try context(prompt("square.png", "How many?"))
    let other = try prompt(second, text)
    let reusing = try context(other, reusing: first)
    let shared =
      second == "square.png" ? other.images[1].span.upperBound : other.images[1].span.lowerBound
    #expect(reusing.reusedTokenCount >= shared)
    try expectAgree(reusing, context(other))
  }

  /// Nothing but the stream before the last block is kept: the others are run again.
  @Test func residualsThatWereNotKeptAreTheSame() throws {
    let prompt = try prompt("square.png", "How many?")
    try expectAgree(context(prompt, recording: []), context(prompt))
  }

  @Test func aRunThatIsKeptForPullbacksHasTheSameResiduals() throws {
    let prompt = try prompt("square.png", "How many?")
    let kept = try context(prompt, recording: [0, 1, 2], keeping: .states)
    #expect(kept.keepsRun(above: .output(of: 0)))
    try expectAgree(kept, context(prompt))
  }

  @Test func whatIsAppendedStandsBehindThePictures() throws {
    let whole = try prompt("square.png", "How many? Three.")
    let short = try prompt("square.png", "How many?")
    #expect(whole.tokens.starts(with: short.tokens) && whole.tokens.count > short.tokens.count)
    let grown = try context(short)
    try grown.append(tokens: Array(whole.tokens[short.tokens.count...]), cancellation: .never)
    let fresh = try context(whole)
    #expect(grown.tokens == fresh.tokens)
    for (a, b) in zip(try residuals(grown), try residuals(fresh)) {
      #expect(a.relativeError(to: b) < 1e-5)
    }
  }

  /// A place of rows that run side by side is that of the rows of a run alone.
  @Test func changesThatRunSideBySideStandWhereTheyDoAlone() throws {
    let prompt = try prompt("square.png", "How many?")
    var cache = model.makeCache(for: prompt)
    let x = try model.embeddings(prompt, cache: &cache)
    let empty = cache.emptied
    let whole = try model.decoder.forward(x, blocks: 0..<4, cache: &cache)
    let starts = [3, prompt.images[1].span.lowerBound + 2, x.rows - 1]
    let branches = starts.map {
      Branch(start: $0, residual: x.slice(rows: $0..<x.rows), rows: x.rows - $0)
    }
    let found = try model.decoder.forward(branches, blocks: 0..<4, after: cache)
    for (start, rows) in zip(starts, found) {
      #expect(rows.relativeError(to: whole.slice(rows: start..<x.rows)) < 1e-5)
    }
    var again = empty
    #expect(try model.decoder.forward(x, blocks: 0..<4, cache: &again) == whole)
  }
}
