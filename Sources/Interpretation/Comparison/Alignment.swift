import Images
import Models

/// Which positions of two contexts correspond.
///
/// With as many pictures in both, pictures and the texts between them correspond in their order: a
/// picture's views token by token where their grids are the same, texts of one length token by
/// token, others by their common beginning and end. With more pictures in one of them, only what
/// both begin and end with corresponds.
package struct Alignment: Sendable {
  /// Positions in the first and in the second context, ascending.
  package let pairs: [(first: Int, second: Int)]
  package let onlyFirst: [Int]
  package let onlySecond: [Int]

  package init(_ a: ResidentContext, _ b: ResidentContext) {
    var pairs: [(first: Int, second: Int)] = []
    let corresponds = a.prompt.images.count == b.prompt.images.count
    if !corresponds {
      let (first, second) = (0..<a.tokenCount, 0..<b.tokenCount)
      pairs = Self.ends(first, a.tokens, second, b.tokens) {
        a.prompt.image(at: $0) == nil && b.prompt.image(at: $1) == nil
      }
    }
    for (x, y) in zip(a.stretches, b.stretches) where corresponds {
      switch (x, y) {
      case (.view(let first, let grid), .view(let second, let other)) where grid == other:
        pairs += zip(first, second).map { ($0, $1) }
      case (.text(let first), .text(let second)):
        pairs += Self.pairs(first, a.tokens, second, b.tokens)
      default: break
      }
    }
    self.pairs = pairs
    let (first, second) = (Set(pairs.map(\.first)), Set(pairs.map(\.second)))
    onlyFirst = (0..<a.tokenCount).filter { !first.contains($0) }
    onlySecond = (0..<b.tokenCount).filter { !second.contains($0) }
  }

  /// Texts of one length word by word; others by what they begin and end with.
  private static func pairs(
    _ a: Range<Int>, _ tokensA: [Int], _ b: Range<Int>, _ tokensB: [Int]
  ) -> [(first: Int, second: Int)] {
    if a.count == b.count { return zip(a, b).map { ($0, $1) } }
    return ends(a, tokensA, b, tokensB) { _, _ in true }
  }

  /// The tokens that two texts begin and end with, as far as `isText` holds.
  private static func ends(
    _ a: Range<Int>, _ tokensA: [Int], _ b: Range<Int>, _ tokensB: [Int],
    isText: (Int, Int) -> Bool
  ) -> [(first: Int, second: Int)] {
    func same(_ first: Int, _ second: Int) -> Bool {
      tokensA[first] == tokensB[second] && isText(first, second)
    }
    let prefix = zip(a, b).prefix { same($0, $1) }.count
    let rest = min(a.count, b.count) - prefix
    let suffix = zip(a.reversed(), b.reversed()).prefix { same($0, $1) }.prefix(rest).count
    return zip(a.prefix(prefix), b.prefix(prefix)).map { ($0, $1) }
      + zip(a.suffix(suffix), b.suffix(suffix)).map { ($0, $1) }
  }
}

/// A stretch of a context that can correspond to one of another.
private enum Stretch {
  case text(Range<Int>)
  /// One view of a picture: its positions and its grid, with the size of the picture for tiles.
  case view(Range<Int>, grid: [Int])
}

extension ResidentContext {
  /// Pictures' views in the order of their tokens and what closes them, with the text before,
  /// between and behind, empty or not.
  fileprivate var stretches: [Stretch] {
    var found: [Stretch] = []
    var position = 0
    for image in prompt.images {
      found.append(.text(position..<image.span.lowerBound))
      for view in model.pictures?.viewNames ?? [] { found.append(stretch(view, of: image)) }
      found.append(frames(of: image))
      found.append(.text(rest(of: image)))
      position = image.span.upperBound
    }
    return found + [.text(position..<tokenCount)]
  }

  /// A picture's tokens behind its last view, such as what closes a padded one or a video.
  private func rest(of image: PromptImage) -> Range<Int> {
    let ends = image.layout.views.map { image.span(of: $0).upperBound }
    return (ends.max() ?? image.span.upperBound)..<image.span.upperBound
  }

  /// All frames of a video; nothing of a picture.
  private func frames(of image: PromptImage) -> Stretch {
    guard image.layout.isVideo, let first = image.layout.views.first,
      let last = image.layout.views.last
    else { return .view(image.span.upperBound..<image.span.upperBound, grid: []) }
    return .view(
      image.span(of: first).lowerBound..<image.span(of: last).upperBound,
      grid: [image.layout.views.count, first.rows, first.columns])
  }

  private func stretch(_ name: String, of image: PromptImage) -> Stretch {
    guard let view = image.layout.view(named: name) else {
      return .view(image.span.upperBound..<image.span.upperBound, grid: [])
    }
    let (rows, columns) = (view.rowAxis, view.columnAxis)
    return .view(
      image.span(of: view),
      grid: [rows.first, columns.first, rows.count, columns.count, view.tokens.count])
  }
}
