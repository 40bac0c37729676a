/// Vectors of another model for the pictures of a pool, brought to length 1.
package struct PictureVectors: Sendable {
  /// `[pictures, dimensions]`, row by row.
  private let values: [Float]
  package let dimensions: Int
  package let count: Int

  /// - Returns: nil where the vectors have different lengths, or one is zero.
  package init?(_ vectors: [[Float]]) {
    dimensions = vectors.first?.count ?? 0
    count = vectors.count
    var values: [Float] = []
    for vector in vectors {
      guard vector.count == dimensions, let unit = Self.unit(vector) else { return nil }
      values += unit
    }
    self.values = values
  }

  package subscript(picture: Int) -> ArraySlice<Float> {
    values[picture * dimensions..<(picture + 1) * dimensions]
  }

  /// The vector at length 1; nil for zero and for what is not finite.
  package static func unit(_ vector: [Float]) -> [Float]? {
    let length = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    guard length > 0, length.isFinite else { return nil }
    return vector.map { Float(Double($0) / length) }
  }

  package static func cosine(_ one: some Sequence<Float>, _ other: some Sequence<Float>) -> Double {
    zip(one, other).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  /// torchmetrics' CLIPScore of one pair: max(100 · cosine, 0), of vectors of length 1.
  package static func clipScore(
    _ one: some Sequence<Float>, _ other: some Sequence<Float>
  ) -> Double {
    max(100 * cosine(one, other), 0)
  }
}
