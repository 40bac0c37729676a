import Tensors

/// A vision transformer over one picture of any size, as Qwen's models have it.
protocol QwenTower: Sendable {
  var sizes: PatchSizes { get }

  /// One picture's pixels `[3, height, width]`, normalised, both sides whole numbers of tokens →
  /// the features of its tokens row by row `[P / m², D]`, and those that are added behind the
  /// decoder's first blocks, `[P / m², D]` each.
  func callAsFunction(
    _ pixels: [Float], height: Int, width: Int, cancellation: Cancellation
  ) throws -> (features: Matrix, deep: [Matrix])

  /// An upper estimate of the working set of a picture of so many patches, in numbers.
  func workingCount(patches: Int) -> Int
}

extension RotaryEmbedding {
  /// That of a tower's heads of d columns: the first half of the pairs turns by the row, the other
  /// by the column, by the same frequencies.
  init(ofRowsAndColumns theta: Double, headSize d: Int) {
    let half = RotaryRecipe(theta: theta).inverseFrequencies(headSize: d / 2)
    self.init(
      headSize: d, inverseFrequencies: half + half,
      axes: half.map { _ in 0 } + half.map { _ in 1 })
  }
}
