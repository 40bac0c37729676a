import Images
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

@Suite struct OcclusionTests {
  @Test(arguments: AttributionBench.names)
  func replacedWordsChangeTheTargetAsInAnotherPrompt(_ name: String) throws {
    let bench = try AttributionBench(name)
    let context = try bench.context()
    let expected = bench.reference.occlusions
    let span = expected.text.span[0]..<expected.text.span[1]
    for (target, value) in expected.text.values {
      let found = try occlusion(bench, context, target: target, filler: expected.text.filler)
        .value(hiding: [try context.occlusion(named: "words", of: .span(span))])
      expectNear(found, value, target)
      expectNear(
        try context.value(of: try bench.target(target)), try #require(expected.plain[target]),
        target)
    }
  }

  @Test func aPaintedPictureChangesTheTargetAsTheProcessorSeesIt() throws {
    let bench = try AttributionBench("llama3")
    let context = try bench.context()
    let expected = try #require(bench.reference.occlusions.picture)
    let picture = try PictureDecoder().picture(atPath: Fixtures.path(expected.file))
    let mean = picture.meanColor
    #expect([mean.red, mean.green, mean.blue] == expected.colour)
    for box in expected.boxes {
      let region = ContextRegion.image(
        index: 0, view: nil,
        box: PixelBox(
          left: box.box[0], top: box.box[1], right: box.box[2], bottom: box.box[3]))
      for (target, value) in box.values {
        let found = try occlusion(bench, context, target: target, filler: 0)
          .value(hiding: [try context.occlusion(named: "box", of: region)])
        expectNear(found, value, "\(box.box), \(target)")
      }
    }
  }

  /// A part that holds the picture hides all of it.
  @Test func hidingThePicturesPartIsPaintingAllOfIt() throws {
    let bench = try AttributionBench("llama3")
    let context = try bench.context()
    let expected = try #require(bench.reference.occlusions.picture?.boxes.last)
    let found = try occlusion(bench, context, target: "logitDiff.last", filler: 0)
      .value(hiding: [try context.occlusion(named: "picture", of: .part("part1"))])
    expectNear(found, try #require(expected.values["logitDiff.last"]), "all of it")
  }

  @Test func someTokensOfAPictureCannotBeHidden() throws {
    let bench = try AttributionBench("llama3")
    let context = try bench.context()
    let picture = context.prompt.images[0].span
    #expect(throws: InterpretationError.self) {
      try context.occlusion(
        named: "half", of: .span(picture.lowerBound..<picture.lowerBound + 3))
    }
  }

  private func occlusion(
    _ bench: AttributionBench, _ context: ResidentContext, target: String, filler: Int
  ) throws -> Occlusion {
    let pictures = try context.prompt.images.map { _ in
      [
        try PictureDecoder().picture(
          atPath: Fixtures.path(try #require(bench.reference.occlusions.picture).file))
      ]
    }
    return Occlusion(
      context: context, pictures: pictures, target: try bench.target(target),
      replacement: filler, cancellation: .never)
  }
}
