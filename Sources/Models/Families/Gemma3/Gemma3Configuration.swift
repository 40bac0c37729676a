import Checkpoints
internal import JSON

/// A Gemma 3 that sees: a vision tower, a projector and a decoder.
package struct Gemma3Configuration: Sendable, Equatable {
  package var text: TextConfiguration
  package var vision: VisionConfiguration
  /// Rows of tokens of a view, and columns.
  package var tokensPerSide: Int
  /// The token that a picture's features replace.
  package var imageToken: Int
  /// The token before a view's, which stands for a picture in a prompt.
  package var beginToken: Int
  /// The token behind a view's.
  package var endToken: Int

  /// Patches along a side of those that make a token, by their mean.
  package var pooledSide: Int { vision.gridSize / tokensPerSide }
}

extension Gemma3Configuration {
  /// Defaults are those of Gemma3Config.
  init(_ reader: ConfigurationReader) throws(CheckpointError) {
    func child(_ key: String) throws(CheckpointError) -> ConfigurationReader {
      try reader.child(key)
        ?? ConfigurationReader(object: JSONObject(), path: "\(reader.path)\(key).")
    }
    let textReader = try child("text_config")
    let type = try textReader.text("model_type") ?? Gemma3TextFamily.modelType
    guard type == Gemma3TextFamily.modelType else {
      throw .unsupported(
        key: textReader.path + "model_type", found: type, supported: [Gemma3TextFamily.modelType])
    }
    text = try Gemma3TextFamily(textReader).text
    let isTied = try reader.flag("tie_word_embeddings", default: true)
    text.decoder.tiedHead = text.decoder.tiedHead || isTied
    vision = try VisionConfiguration(child("vision_config"), kinds: [.siglip])
    imageToken = try reader.token("image_token_id", "image_token_index") ?? 262_144
    beginToken = try reader.token("boi_token_id", "boi_token_index") ?? 255_999
    endToken = try reader.token("eoi_token_id", "eoi_token_index") ?? 256_000
    tokensPerSide = try Self.tokensPerSide(reader, vision)
    let tokens = [
      ("image_token_index", imageToken), ("boi_token_index", beginToken),
      ("eoi_token_index", endToken),
    ]
    for (key, token) in tokens where token >= text.decoder.vocabularySize {
      throw reader.error(
        key, token,
        "a row of the embeddings, below text_config.vocab_size \(text.decoder.vocabularySize)")
    }
    for (index, (key, token)) in tokens.enumerated() {
      if let other = tokens[..<index].first(where: { $0.1 == token })?.0 {
        throw reader.error(key, token, "another token than \(other)")
      }
    }
  }

  /// The root of `mm_tokens_per_image`, a divisor of the patches along a side.
  private static func tokensPerSide(
    _ reader: ConfigurationReader, _ vision: VisionConfiguration
  ) throws(CheckpointError) -> Int {
    let key = "mm_tokens_per_image"
    let count = try reader.size(key, default: 256)
    let side = Int(Double(count).squareRoot().rounded())
    guard side * side == count else { throw reader.error(key, count, "a square number") }
    guard vision.gridSize.isMultiple(of: side) else {
      throw reader.error(
        key, count,
        "the square of a divisor of the tower's \(vision.gridSize) patches along a side")
    }
    return side
  }
}
