package import Images
import Models
package import Tensors

/// A control that touches no feature: the input itself is changed and the whole model runs again.
///
/// Pixels are painted with the mean colour of their picture, which keeps its brightness
/// and takes what it shows; tokens of a text are replaced by one that says nothing.
/// Positions stay as they are.
package struct Occlusion {
  /// What is hidden together.
  package struct Part: Sendable {
    package let name: String
    package let pictures: [Place]
    /// Positions of text.
    package let positions: [Int]

    /// Something of a picture or a video.
    package struct Place: Sendable {
      package let index: Int
      /// A frame of a video, from 0; nil for all of them, and of a picture.
      package let frame: Int?
      /// A box of the picture as given; nil for all of it.
      package let box: PixelBox?

      package init(index: Int, frame: Int? = nil, box: PixelBox? = nil) {
        (self.index, self.frame, self.box) = (index, frame, box)
      }
    }

    package init(name: String, pictures: [Place], positions: [Int]) {
      self.name = name
      self.pictures = pictures
      self.positions = positions
    }
  }
  let context: ResidentContext
  /// The pictures as given, in the order of the prompt's; of a video its frames.
  let pictures: [[Picture]]
  let target: AttributionTarget
  /// What stands in for tokens of text.
  let replacement: Int
  let cancellation: Cancellation

  package init(
    context: ResidentContext, pictures: [[Picture]], target: AttributionTarget, replacement: Int,
    cancellation: Cancellation
  ) {
    self.context = context
    self.pictures = pictures
    self.target = target
    self.replacement = replacement
    self.cancellation = cancellation
  }

  /// The target's value with some parts hidden together.
  package func value(hiding parts: [Part]) throws -> Float {
    var prompt = context.prompt
    let model = context.model
    for index in prompt.images.indices {
      let places = parts.flatMap(\.pictures).filter { $0.index == index }
      guard !places.isEmpty else { continue }
      let painted = pictures[index].enumerated().map { frame, given in
        let color = given.meanColor
        return places.filter { $0.frame ?? frame == frame }.reduce(given) { picture, place in
          picture.painted(
            place.box
              ?? PixelBox(
                left: 0, top: 0, right: Double(given.width),
                bottom: Double(given.height)), color)
        }
      }
      prompt = try model.prompt(prompt, replacingPicture: index, by: painted)
      try cancellation.check()
    }
    prompt = prompt.replacing(parts.flatMap(\.positions), by: replacement)
    let changed = try ResidentContext(
      opening: prompt, partNames: context.partNames, model: model, recording: [],
      reusing: context, progress: { _ in }, cancellation: cancellation)
    try changed.append(
      tokens: Array(context.tokens[context.prompt.tokens.count...]), cancellation: cancellation)
    return try changed.value(of: target, cancellation: cancellation)
  }
}

extension ResidentContext {
  /// What hiding a region means: a picture, a box of one, or tokens of text.
  package func occlusion(
    named name: String, of region: ContextRegion
  ) throws(InterpretationError) -> Occlusion.Part {
    let positions = try self.positions(of: region).flatMap { $0 }
    if case .image(let index, let view, let box) = region {
      let layout = prompt.images[index].layout
      let frame = view.flatMap(layout.view(named:)).flatMap(layout.frame(of:))
      return Occlusion.Part(
        name: name, pictures: [.init(index: index, frame: frame, box: box)], positions: [])
    }
    let whole = prompt.images.indices.filter { index in
      let span = prompt.images[index].span
      return positions.contains(span.lowerBound) && positions.contains(span.upperBound - 1)
    }
    let text = positions.filter { prompt.image(at: $0) == nil }
    let hidden = whole.reduce(0) { $0 + prompt.images[$1].span.count }
    guard text.count + hidden == Set(positions).count else {
      throw .badRegion(
        "the region \"\(name)\" holds some tokens of a picture: name the picture and a box of its "
          + "pixels"
      )
    }
    if let position = text.first(where: { $0 >= prompt.tokens.count }) {
      throw .badRegion(
        "position \(position) was generated: only the prompt's own tokens can be replaced")
    }
    return Occlusion.Part(name: name, pictures: whole.map { .init(index: $0) }, positions: text)
  }
}
