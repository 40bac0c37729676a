import Checkpoints
package import Images
import Tensors

/// What a client may want to know of a model before it asks anything of it.
extension Model {
  /// The class of transformers that reads the same folder.
  package var architecture: String { type(of: family).architecture }

  /// Which library's resizing is applied to pictures; nil in a text model.
  package var resizing: PictureResizing? { pictures?.resizing }

  /// Bytes of the weights' files, which are mapped and shared: the checkpoint's, and the cache of
  /// its 8-bit weights if it is used.
  package var mappedBytes: Int {
    checkpoint.files.reduce(cachedBytes) { $0 + $1.file.byteCount }
  }

  /// Bytes of all weights: those mapped, and 8-bit ones in memory.
  package var byteCount: Int { mappedBytes + heldBytes }

  /// Bytes of the mapped weights that runs read over and over: neither the embeddings, of which
  /// they look up rows, nor the vision tower, which reads a picture once, nor what 8-bit weights
  /// were made from.
  package var readBytes: Int {
    if precision == .int8 { return cachedBytes }
    let tower = checkpoint.names.reduce(0) { total, name in
      let isOfTower = name.hasPrefix("vision_tower.") || name.hasPrefix("visual.")
      return total + (isOfTower ? (try? checkpoint.entry(name).byteCount) ?? 0 : 0)
    }
    return mappedBytes - tower
      - (checkpoint.contains(TensorNames.head) ? decoder.embedding.byteCount : 0)
  }

  /// What a client ought to know of files that contradict each other.
  package var warnings: [String] {
    get throws {
      let recipe = decoder.recipe
      guard recipe.tiedHead,
        try checkpoint.hasOwnHead(vocabulary: recipe.vocabularySize, hidden: recipe.hiddenSize)
      else { return [] }
      return [
        "\(folder): config.json says tie_word_embeddings, but the files have an lm_head.weight "
          + "that "
          + "is not the embeddings: the files' head is used"
      ]
    }
  }

  package var acceptsPictures: Bool { pictures != nil }
}

extension Model {
  /// What tells this model from others whatever its folder is called: the files that decide tokens
  /// and pixels, each behind its name and length, and a sample of the weights. Throws
  /// `CheckpointError`.
  package func contentSample() throws -> [UInt8] {
    var bytes: [UInt8] = []
    for name in Self.decidingFiles {
      guard let file = try? MappedFile(path: "\(folder)/\(name)") else { continue }
      bytes += Array("\(name) \(file.byteCount)\n".utf8) + (try file.bytes(0..<file.byteCount))
    }
    return bytes + (try checkpoint.contentSample())
  }

  private static let decidingFiles = [
    "config.json", "preprocessor_config.json", "processor_config.json", "tokenizer.json",
    "tokenizer_config.json", "chat_template.json", "chat_template.jinja", "special_tokens_map.json",
    "additional_chat_templates/default.jinja",
  ]
}
