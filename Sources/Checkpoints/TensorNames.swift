/// The one vocabulary to which the tensor names of every checkpoint layout are brought.
///
///     language_model.embed_tokens.weight      language_model.layers.N.…
///     language_model.norm.weight
///     vision_tower.…  multi_modal_projector.…  image_newline               lm_head.weight
///
/// LLaVA-style checkpoints come in four layouts: the hub's first files (`language_model.model.…`,
/// `vision_tower.vision_model.…`), those of transformers 4.52 to 4.57 (`model.language_model.…`),
/// those that transformers 5 writes (without `vision_model.`) and its names in memory; a plain
/// text model has `model.layers.…`. One rule covers them all.
package enum TensorNames {
  package static let head = "lm_head.weight"
  package static let embeddings = "language_model.embed_tokens.weight"

  /// The name in the one vocabulary, or nil for buffers that are no weights.
  package static func normalised(_ name: String) -> String? {
    if isBuffer(name) { return nil }
    var rest = Substring(name)
    rest.dropPrefix("model.")
    if rest.dropPrefix("language_model.") {
      rest.dropPrefix("model.")
      return rest == head ? head : "language_model.\(rest)"
    }
    if rest.dropPrefix("vision_tower.") {
      rest.dropPrefix("vision_model.")
      return "vision_tower.\(rest)"
    }
    let isPlainText = ["layers.", "embed_tokens.", "norm."].contains { rest.hasPrefix($0) }
    return isPlainText ? "language_model.\(rest)" : String(rest)
  }

  /// Buffers that older releases saved beside the weights and that the model computes itself.
  private static func isBuffer(_ name: String) -> Bool {
    let endings = [
      "position_ids", "inv_freq", "relative_position_index", "num_batches_tracked",
    ]
    return endings.contains { name == $0 || name.hasSuffix(".\($0)") }
      || name.contains(".rotary_emb.")
  }
}

extension Substring {
  /// Drops `prefix` if it is there; whether it was.
  @discardableResult
  fileprivate mutating func dropPrefix(_ prefix: String) -> Bool {
    guard hasPrefix(prefix) else { return false }
    self = dropFirst(prefix.count)
    return true
  }
}
