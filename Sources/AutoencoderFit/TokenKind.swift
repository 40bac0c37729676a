package import Interpretation
import Models

/// The positions of one kind of token in a context.
package struct TokenKind: Sendable, Equatable {
  /// `all`, `first`, `text`, the name of a picture's view, `video`, `newline` or `last`.
  package let name: String
  package let positions: [Int]
}

extension ResidentContext {
  /// The kinds that a context has tokens of. The first position stands apart: in many models its
  /// residual is hundreds of times as long as any other, and would decide every mean. What closes
  /// rows of a picture's view, or is else of no cell, is `newline`; the last position is the one
  /// that the answer is read at.
  package var tokenKinds: [TokenKind] {
    var names = [String](repeating: "text", count: tokenCount)
    for image in prompt.images {
      for position in image.span.clamped(to: 0..<tokenCount) {
        let cell = image.layout.cell(ofToken: position - image.span.lowerBound)
        names[position] =
          cell.map { image.layout.isVideo ? "video" : image.layout.views[$0.view].name }
          ?? "newline"
      }
    }
    names[0] = "first"
    let order = ["first", "text"] + (model.pictures?.viewNames ?? []) + ["video", "newline"]
    var kinds = order.map { name in
      TokenKind(name: name, positions: names.indices.filter { names[$0] == name })
    }
    kinds.append(TokenKind(name: "last", positions: [tokenCount - 1]))
    return [TokenKind(name: "all", positions: Array(1..<max(1, tokenCount)))]
      + kinds.filter { !$0.positions.isEmpty }
  }
}
