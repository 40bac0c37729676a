import Images
import Interpretation
import Models
import Synchronization
import Tensors
import TestSupport
import Testing

@Suite struct ContextTests {
  /// Questions of every kind, in an order that leaves something behind for the next.
  private func questions(_ bench: Bench) throws -> [AttributionQuestion] {
    let region = bench.reference.region[0]..<bench.reference.region[1]
    return [
      .all(try bench.target("logitDiff.last")),
      .all(try bench.target("logProb.last")),
      .all(try bench.target("logitDiff.last"), splice: Splice(errorTerm: .drop)),
      .all(try bench.target("sequence")),
      .all(try bench.target("logProb.earlier"), splice: Splice(reselection: .topK)),
      .all(
        try bench.target("logit.earlier"), method: .integratedGradients(steps: 2),
        positions: [region]),
      .all(
        try bench.target("logitDiff.last"), method: .ablation,
        positions: [region.lowerBound..<region.lowerBound + 1]),
      .all(try bench.target("logitDiff.last"), aggregate: .feature, verify: 3),
      .all(try bench.target("logitDiff.last")),
    ]
  }

  private func expectSame(_ a: AttributionResult, _ b: AttributionResult, _ what: String) {
    #expect(a.targetValue == b.targetValue, "\(what)")
    #expect(a.items == b.items, "\(what)")
    #expect(a.byPosition == b.byPosition, "\(what)")
    #expect(a.completeness == b.completeness, "\(what)")
    #expect(a.path == b.path, "\(what)")
    #expect(a.verification?.items == b.verification?.items, "\(what)")
  }

  @Test(arguments: Bench.names)
  func aLaterQuestionIsAnsweredAsOnAFreshContext(_ name: String) throws {
    let bench = try Bench(name)
    let used = try bench.context()
    for (index, question) in try questions(bench).enumerated() {
      let later = try bench.attribute(question, in: used)
      let fresh = try bench.attribute(question, in: try bench.context())
      expectSame(later, fresh, "question \(index)")
    }
    let changes = try #require(bench.reference.interventions["several"]).map(\.intervention)
    let splice = Splice(errorTerm: .drop, reselection: .topK)
    let later = try bench.generate(changes, splice: splice, in: used)
    let fresh = try bench.generate(changes, splice: splice, in: try bench.context())
    #expect(later.generation.tokens == fresh.generation.tokens)
    #expect(later.divergences == fresh.divergences)
    #expect(later.receipt == fresh.receipt)
  }

  /// To the bit: a result depends on the prompt, not on what was open before.
  private func expectAgree(_ a: ResidentContext, _ b: ResidentContext, _ bench: Bench) throws {
    #expect(a.tokens == b.tokens)
    let site = bench.autoencoder.site.output
    let (x, y) = (
      try a.tensor(at: site, keep: true, cancellation: .never),
      try b.tensor(at: site, keep: true, cancellation: .never)
    )
    #expect(x == y)
    let all = 0..<a.tokenCount
    #expect(try a.outputs(at: all) == b.outputs(at: all))
    for position in [0, a.tokenCount / 2, a.tokenCount - 1] {
      #expect(try a.logits(at: position) == b.logits(at: position))
    }
    let question = AttributionQuestion.all(.logit(token: 5, position: a.tokenCount - 1))
    expectSame(
      try bench.attribute(question, in: a), try bench.attribute(question, in: b), "scores")
  }

  @Test(arguments: ["llama3", "gemma3"])
  func aSharedBeginningIsTakenOverAndChangesNothing(_ name: String) throws {
    let bench = try Bench(name)
    let first = try bench.context()
    let parts = try Bench.rendered(
      bench.reference, placeholder: bench.model.pictures?.imageText)
    let other = try bench.model.prompt(
      [parts[0], parts[1], .text("\nWhat is shown on the left?")], template: .plain)
    let reusing = try bench.context(other, reusing: first)
    let fresh = try bench.context(other)
    let image = try #require(other.images.first)
    #expect(reusing.reusedTokenCount >= image.span.upperBound)
    #expect(reusing.reusedTokenCount < other.tokens.count)
    #expect(fresh.reusedTokenCount == 0)
    try expectAgree(reusing, fresh, bench)
  }

  @Test(arguments: Bench.names)
  func theSamePromptAgainComputesOneToken(_ name: String) throws {
    let bench = try Bench(name)
    let first = try bench.context()
    let again = try bench.context(reusing: first)
    #expect(again.reusedTokenCount == first.tokenCount - 1)
    try expectAgree(again, first, bench)
  }

  @Test(arguments: ["llama3", "gemma3"])
  func anotherPictureOfTheSameSizeEndsTheSharedBeginning(_ name: String) throws {
    let bench = try Bench(name)
    let first = try bench.context()
    var parts = try Bench.rendered(
      bench.reference, placeholder: bench.model.pictures?.imageText)
    let picture = try #require(parts[1].picture)
    var pixels = picture.pixels
    for index in pixels.indices.suffix(300) { pixels[index] = 255 - pixels[index] }
    parts[1] = .picture(try Picture(width: picture.width, height: picture.height, pixels: pixels))
    let other = try bench.model.prompt(parts, template: .plain)
    #expect(other.tokens == first.tokens)
    let reusing = try bench.context(other, reusing: first)
    #expect(reusing.reusedTokenCount == other.images[0].span.lowerBound)
    try expectAgree(reusing, try bench.context(other), bench)
  }

  @Test func aContextThatWasContinuedLendsItsBeginning() throws {
    let bench = try Bench("mistral")
    let first = try bench.context()
    try first.append(tokens: [5, 6, 7, 8], cancellation: .never)
    let again = try bench.context(reusing: first)
    #expect(again.reusedTokenCount == again.tokenCount - 1)
    try expectAgree(again, try bench.context(), bench)
  }

  @Test(arguments: ["llama3", "gemma3"])
  func aSharedFirstPictureIsNotSeenAgain(_ name: String) throws {
    let bench = try Bench(name)
    func prompt(_ second: String) throws -> Prompt {
      try bench.model.prompt(
        [
          .text("One: "), .picture(try Bench.picture("wide.png")), .text(" two: "),
          .picture(try Bench.picture(second)), .text(" which?"),
        ], template: .plain)
    }
    let first = try bench.context(prompt("square.png"))
    let other = try prompt("landscape.png")
    let reusing = try bench.context(other, reusing: first)
    #expect(reusing.reusedTokenCount == other.images[1].span.lowerBound)
    try expectAgree(reusing, try bench.context(other), bench)
  }

  @Test(arguments: Bench.names)
  func aBlockThatWasNotRecordedIsComputedWhenAskedFor(_ name: String) throws {
    let bench = try Bench(name)
    let bare = try ResidentContext(
      opening: bench.prompt, partNames: bench.partNames, model: bench.model, recording: [],
      reusing: nil, progress: { _ in }, cancellation: .never)
    try expectAgree(bare, try bench.context(), bench)
    let again = try bench.context(reusing: bare)
    try expectAgree(again, bare, bench)
  }

  // MARK: What is kept for pullbacks

  @Test(arguments: Bench.names, [0, 1, Int.max])
  func whatIsKeptForPullbacksChangesNothing(_ name: String, gatedBlocks: Int) throws {
    let bench = try Bench(name)
    let detail = SavedDetail(gatedBlocks: gatedBlocks)
    let keeping = try bench.context(keeping: detail)
    let point = bench.autoencoder.site.write
    let hasBlocksAbove = point < bench.model.decoder.end
    #expect(keeping.keepsRun(above: point) == hasBlocksAbove)
    for (index, question) in try questions(bench).enumerated() {
      expectSame(
        try bench.attribute(question, in: keeping),
        try bench.attribute(question, in: try bench.context()), "question \(index)")
    }
    // Another prompt that begins alike takes the run over, too.
    let again = try bench.context(keeping: detail, reusing: keeping)
    #expect(again.reusedTokenCount == again.tokenCount - 1)
    #expect(again.keepsRun(above: point) == hasBlocksAbove)
    try expectAgree(again, try bench.context(), bench)
    // One without leaves it with none, not with half of one.
    let bare = try bench.context(keeping: detail, reusing: try bench.context())
    #expect(!bare.keepsRun(above: point))
    try expectAgree(bare, again, bench)
    keeping.forgetRuns()
    #expect(keeping.releasableByteCount == 0)
    try expectAgree(keeping, again, bench)
  }

  /// The last block runs for all rows where an autoencoder reads it, and
  /// for the last row otherwise.
  @Test func anAutoencoderAfterTheLastBlockHasItsResidualBesideOneBelow() throws {
    let bench = try Bench("llama3")
    let last = bench.model.decoder.blockCount - 1
    let above = AutoencoderSite(.residualPost(last))
    let both = try bench.context(recording: [bench.autoencoder.site, above], keeping: .states)
    let one = try bench.context()
    #expect(
      try both.tensor(at: .residualPost(last), keep: true, cancellation: .never)
        == one.outputs(at: 0..<one.tokenCount))
    try expectAgree(both, one, bench)
  }

  // MARK: Cancellation

  @Test(arguments: Bench.names)
  func aCancelledQuestionThrowsAndLeavesTheContextAsItWas(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    for (index, question) in try questions(bench).enumerated() {
      let expected = try bench.attribute(question, in: try bench.context())
      var cancelled = 0
      for asked in [0, 1, 2, 3, 5, 8, 13, 21, 34] {
        do {
          let found = try bench.attribute(
            question, in: context, cancellation: .after(asked))
          expectSame(found, expected, "question \(index) before \(asked)")
        } catch is CancellationError {
          cancelled += 1
        }
        expectSame(
          try bench.attribute(question, in: context), expected, "question \(index) after \(asked)")
      }
      #expect(cancelled > 0, "question \(index)")
    }
  }

  @Test(arguments: Bench.names)
  func aCancelledContinuationThrowsAndLeavesTheContextAsItWas(_ name: String) throws {
    let bench = try Bench(name)
    let context = try bench.context()
    let changes = try #require(bench.reference.interventions["several"]).map(\.intervention)
    let expected = try bench.generate(changes, in: context)
    for asked in [0, 1, 4, 9, 16] {
      #expect(throws: CancellationError.self) {
        try bench.generate(changes, in: context, cancellation: .after(asked))
      }
      #expect(throws: CancellationError.self) {
        try context.append(tokens: [1, 2, 3], cancellation: .after(min(asked, 1)))
      }
      #expect(context.tokens == bench.reference.tokens)
      #expect(context.version == 1)
      let found = try bench.generate(changes, in: context)
      #expect(found.generation.tokens == expected.generation.tokens)
    }
  }

  @Test func openingIsCancelled() throws {
    let bench = try Bench("llama3")
    for asked in [0, 1, 3, 6] {
      #expect(throws: CancellationError.self) {
        _ = try bench.context(cancellation: .after(asked))
      }
    }
  }
}

extension Cancellation {
  /// Cancelled from the `count`-th time that it is asked, the first being 0.
  static func after(_ count: Int) -> Cancellation {
    let countdown = Countdown(count)
    return Cancellation { countdown.isOver() }
  }
}

private final class Countdown: Sendable {
  private let left: Atomic<Int>
  init(_ count: Int) { left = Atomic(count) }
  func isOver() -> Bool { left.wrappingSubtract(1, ordering: .relaxed).oldValue <= 0 }
}
