package import Images
import Models

/// A part of a context that a question is about.
package enum ContextRegion: Sendable, Equatable {
  /// Positions of the expanded sequence.
  case span(Range<Int>)
  /// All tokens of one part of the prompt.
  case part(String)
  /// So many positions at the end.
  case last(Int)
  /// Tokens of one picture: of the view of a name or of all, every one or those whose pixels meet
  /// the box (in pixels of the picture as given).
  case image(index: Int, view: String?, box: PixelBox?)
}

extension ResidentContext {
  /// The positions of a region, as ascending ranges.
  ///
  /// - Throws: `InterpretationError` for positions, parts and pictures that do not exist, and for a
  ///   box that meets no token.
  package func positions(of region: ContextRegion) throws(InterpretationError) -> [Range<Int>] {
    switch region {
    case .span(let span):
      guard span.lowerBound >= 0, span.upperBound <= tokenCount else {
        let outside = span.lowerBound < 0 ? span.lowerBound : span.upperBound - 1
        throw .positionOutOfRange(position: outside, tokenCount: tokenCount)
      }
      return span.isEmpty ? [] : [span]
    case .last(let count):
      guard (1...tokenCount).contains(count) else {
        throw .badRegion(
          "the last \(count) positions are asked for, the context has \(tokenCount)")
      }
      return [tokenCount - count..<tokenCount]
    case .part(let id):
      guard let part = partNames.firstIndex(of: id) else {
        let known = partNames.map { "\"\($0)\"" }.joined(separator: ", ")
        throw .badRegion("the context has no part \"\(id.prefix(200))\": its parts are \(known)")
      }
      let span = prompt.partSpans[part]
      return span.isEmpty ? [] : [span]
    case .image(let index, let view, let box):
      guard prompt.images.indices.contains(index) else {
        throw .badRegion(
          "the context has no picture \(index): it has \(prompt.images.count), counted from 0")
      }
      return try positions(ofImage: prompt.images[index], view: view, box: box)
    }
  }

  private func positions(
    ofImage image: PromptImage, view name: String?, box: PixelBox?
  ) throws(InterpretationError) -> [Range<Int>] {
    let (layout, start) = (image.layout, image.span.lowerBound)
    let view = name.map { layout.view(named: $0) }
    if let name, view == .some(nil) {
      let known = layout.views.map { "\"\($0.name)\"" }.joined(separator: ", ")
      throw .badRegion(
        "the picture has no view \"\(name.prefix(200))\": its views are \(known)")
    }
    guard let box else { return [view.flatMap { $0.map(image.span(of:)) } ?? image.span] }
    let views = view.flatMap { $0.map { [$0] } } ?? layout.views
    let tokens = views.flatMap { layout.tokens(of: $0, touching: box) }
    guard !tokens.isEmpty else {
      throw .badRegion(
        "the box [\(box.left), \(box.top), \(box.right), \(box.bottom)] meets no token: the "
          + "picture is "
          + "\(layout.pictureWidth) × \(layout.pictureHeight) pixels")
    }
    return tokens.map { start + $0 }.ranges
  }

  /// The positions of several regions together, each once and ascending; nil stands for all.
  package func positions(of regions: [ContextRegion]?) throws(InterpretationError) -> [Range<Int>]?
  {
    guard let regions else { return nil }
    var all = Set<Int>()
    for region in regions {
      for range in try positions(of: region) { all.formUnion(range) }
    }
    return all.sorted().ranges
  }
}
