import Autoencoders
import Checkpoints
import Images
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

/// What a question about things that do not exist gets: the named error, and the
/// next question its answer.
@Suite struct RefusalTests {
  @Test func positionsOutsideTheContextAreNamed() throws {
    let context = try Bench("mistral").context()
    let count = context.tokenCount
    #expect(try context.position(nil) == count - 1)
    #expect(try context.position(-1) == count - 1)
    #expect(try context.position(-count) == 0)
    #expect(try context.position(0) == 0)
    for position in [count, count + 7, -count - 1, Int.max, Int.min] {
      #expect(throws: InterpretationError.positionOutOfRange(position: position, tokenCount: count))
      {
        try context.position(position)
      }
    }
  }

  @Test func spansOutsideTheContextAreNamed() throws {
    let context = try Bench("mistral").context()
    let count = context.tokenCount
    #expect(try context.positions(of: .span(3..<count)) == [3..<count])
    for span in [0..<count + 1, -1..<2, count + 4..<count + 5, Int.min..<Int.max] {
      #expect(throws: InterpretationError.self, "\(span)") {
        try context.positions(of: .span(span))
      }
    }
  }

  @Test func targetsOutsideTheContextOrTheVocabularyAreNamed() throws {
    let bench = try Bench("mistral")
    let context = try bench.context()
    let count = context.tokenCount
    let size = bench.model.decoder.vocabularySize
    let wrong: [(AttributionTarget, InterpretationError)] = [
      (
        .logit(token: size, position: 0),
        .tokenOutOfRange(token: size, vocabularySize: size)
      ),
      (
        .logProbability(token: -1, position: 0),
        .tokenOutOfRange(token: -1, vocabularySize: size)
      ),
      (
        .logitDifference(answer: 0, baseline: Int.max, position: 0),
        .tokenOutOfRange(token: Int.max, vocabularySize: size)
      ),
      (
        .sequenceLogProbability(tokens: [1, 2, size + 3]),
        .tokenOutOfRange(token: size + 3, vocabularySize: size)
      ),
      (
        .logit(token: 0, position: count),
        .positionOutOfRange(position: count, tokenCount: count)
      ),
      (
        .logitDifference(answer: 0, baseline: 1, position: Int.min),
        .positionOutOfRange(position: Int.min, tokenCount: count)
      ),
    ]
    for (target, error) in wrong {
      #expect(throws: error) { try bench.attribute(.all(target), in: context) }
      #expect(throws: error) {
        try bench.ablate([], targets: [target], splice: Splice(), in: context)
      }
    }
    #expect(throws: InterpretationError.self) {
      try bench.attribute(.all(.sequenceLogProbability(tokens: [])), in: context)
    }
    _ = try bench.attribute(.all(try bench.target("logitDiff.last")), in: context)
  }

  @Test func questionsAboutNoPositionOrWithoutMeaningAreRefused() throws {
    let bench = try Bench("mistral")
    let context = try bench.context()
    let count = context.tokenCount
    let target = try bench.target("logitDiff.last")
    for (range, position) in [
      (0..<count + 1, count), (-1..<2, -1), (count + 3..<count + 9, count + 8),
    ] {
      let error = InterpretationError.positionOutOfRange(position: position, tokenCount: count)
      #expect(throws: error) { try bench.attribute(.all(target, positions: [range]), in: context) }
    }
    for question in [
      AttributionQuestion(target: target, topK: -1),
      AttributionQuestion(target: target, verify: -1),
      AttributionQuestion(target: target, method: .ablation, ablationLimit: -1),
    ] {
      #expect(throws: InterpretationError.self) { try bench.attribute(question, in: context) }
    }
    let none = try bench.attribute(AttributionQuestion(target: target, topK: 0), in: context)
    #expect(none.items.isEmpty)
    let nowhere = try bench.attribute(.all(target, positions: []), in: context)
    #expect(nowhere.items.isEmpty)
    #expect(nowhere.targetValue == none.targetValue)
  }

  @Test func latentsOutsideTheDictionaryAreNamed() throws {
    let bench = try Bench("mistral")
    let context = try bench.context()
    let latents = bench.autoencoder.weights.latentCount
    for latent in [latents, -1, Int.max, Int.min] {
      let error = InterpretationError.featureOutOfRange(index: latent, latentCount: latents)
      #expect(throws: error) { try bench.autoencoder.check(latent: latent) }
      #expect(throws: error) {
        try bench.autoencoder.information(
          ofLatent: latent, decoder: bench.model.decoder, count: 3, cancellation: .never)
      }
      for splice in Splice.all {
        let change = Intervention(latent: latent, rule: .clamp(1))
        #expect(throws: error) {
          try bench.ablate([change], targets: [], splice: splice, in: context)
        }
        #expect(throws: error) { try bench.generate([change], splice: splice, in: context) }
      }
    }
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func interventionsThatAreNotFiniteAreRefused(_ value: Float) throws {
    let bench = try Bench("mistral")
    let context = try bench.context()
    for rule in [LatentChange.Rule.clamp(value), .add(value), .scale(value)] {
      for splice in Splice.all {
        let change = Intervention(latent: 3, rule: rule)
        #expect(throws: (any Error).self) {
          try bench.ablate([change], targets: [], splice: splice, in: context)
        }
        #expect(throws: (any Error).self) {
          try bench.generate([change], splice: splice, in: context)
        }
      }
    }
  }

  @Test(arguments: [Float.greatestFiniteMagnitude, 1e30])
  func interventionsTooLargeForTheModelNeverGiveNumbersThatAreNotFinite(_ value: Float) throws {
    let bench = try Bench("mistral")
    let context = try bench.context()
    for splice in Splice.all {
      let change = Intervention(latent: 3, rule: .clamp(value), coversGenerated: true)
      do {
        let found = try bench.generate([change], splice: splice, in: context)
        #expect(found.generation.tokens.allSatisfy { $0.logProbability.isFinite })
        #expect(found.divergences.allSatisfy { $0.isFinite })
      } catch {
        #expect(!(error is CancellationError))
      }
    }
    _ = try bench.attribute(.all(try bench.target("logitDiff.last")), in: context)
  }

  @Test func regionsThatDoNotExistAreNamed() throws {
    let bench = try Bench("llama3")
    let context = try bench.context()
    let box = PixelBox(left: 100, top: 100, right: 110, bottom: 110)
    let wrong: [ContextRegion] = [
      .part("nobody"), .image(index: 1, view: nil, box: nil),
      .image(index: -1, view: nil, box: nil),
      .image(index: 0, view: nil, box: box), .image(index: 0, view: "base", box: box),
    ]
    for region in wrong {
      let error = #expect(throws: InterpretationError.self) {
        try context.positions(of: region)
      }
      guard case .badRegion(let message) = error else {
        Issue.record("\(region) is called \(String(describing: error))")
        continue
      }
      #expect(!message.isEmpty)
    }
  }
}
