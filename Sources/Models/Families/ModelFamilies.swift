package import Checkpoints

/// The families that can be loaded.
package enum ModelFamilies {
  /// The only list. Errors name the families in this order.
  package static let all: [any ModelFamily.Type] = [
    LlavaNextFamily.self, LlavaOnevisionFamily.self, Qwen25VLFamily.self, Qwen3VLFamily.self,
    Gemma3Family.self,
    LlamaFamily.self, MistralFamily.self, Qwen2Family.self, Qwen3Family.self,
    Gemma3TextFamily.self,
  ]

  /// What `folder`/config.json describes. Throws `.unreadable`, `.malformed`, `.quantised`,
  /// `.configuration`, and `.unsupported` with the known families for any other.
  package static func read(folder: String) throws(CheckpointError) -> any ModelFamily {
    let reader = try ConfigurationReader(modelIn: folder)
    guard let type = try reader.text("model_type") else {
      throw reader.error("model_type", nil, "one of \(names(all).joined(separator: ", "))")
    }
    guard let family = all.first(where: { $0.modelType == type }) else {
      throw .unsupported(key: "model_type", found: type, supported: names(all))
    }
    return try family.init(reader)
  }

  /// The decoder that a model which sees has under `text_config`; one of `fallback` where it does
  /// not say.
  static func text(
    _ reader: ConfigurationReader, default fallback: any TextFamily.Type
  ) throws(CheckpointError) -> TextConfiguration {
    let families = all.compactMap { $0 as? any TextFamily.Type }
    guard let type = try reader.text("model_type") else { return try fallback.init(reader).text }
    guard let family = families.first(where: { $0.modelType == type }) else {
      throw .unsupported(key: reader.path + "model_type", found: type, supported: names(families))
    }
    return try family.init(reader).text
  }

  private static func names(_ families: [any ModelFamily.Type]) -> [String] {
    families.map { $0.modelType }
  }
}
