import Checkpoints

/// What a decoder has to do at least: float operations of a prefill and bytes of a decoded token.
///
/// A multiplication and an addition count as two operations. Pictures' towers are not counted, so that a share of the ceiling is
/// a lower bound where there are any.
struct BenchmarkWork {
  private let text: TextConfiguration
  private let bytesPerWeight: Double

  /// - Parameter bytesPerWeight: of the blocks and the head, as the precision reads them.
  init(model path: String, bytesPerWeight: Double) throws {
    text = try ModelFileConfiguration(folder: path).text
    self.bytesPerWeight = bytesPerWeight
  }

  private var keyWidth: Int { text.keyValueHeadCount * text.headSize }
  private var queryWidth: Int { text.headCount * text.headSize }
  private var keyValueWeights: Int { 2 * text.hiddenSize * keyWidth }
  private var blockWeights: Int {
    keyValueWeights + text.hiddenSize * (2 * queryWidth + 3 * text.intermediateSize)
  }

  /// Every block on every token, but of the last block only keys and values; scores and sums of causal attention.
  func prefillOperations(tokens: Int) -> Double {
    let dense = Double(text.layerCount - 1) * Double(blockWeights) + Double(keyValueWeights)
    let products = 2 * Double(tokens) * dense
    let pairs = Double(tokens) * Double(tokens + 1) / 2
    return products + Double(text.layerCount - 1) * 4 * Double(queryWidth) * pairs
  }

  /// All blocks and the head once, and the keys and values of `tokens` tokens.
  func decodeBytes(tokens: Int) -> Double {
    let weights = Double(text.layerCount * blockWeights + text.hiddenSize * text.vocabularySize)
    return weights * bytesPerWeight + Double(2 * tokens * keyWidth * 4 * text.layerCount)
  }
}
