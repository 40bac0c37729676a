import Checkpoints

/// What tells the LLaVA families apart: what a class of transformers assumes where its file is
/// silent, and what is done with pictures.
struct LlavaDefaults: Sendable {
  /// The decoder where `text_config` names none.
  let text: any TextFamily.Type
  /// The towers that the family sees with; the first where `vision_config` names none.
  let towers: [VisionConfiguration.Kind]
  /// Without a `vision_config`.
  let vision: VisionConfiguration
  let imageToken: Int
  /// nil in a family that sees no videos.
  let videoToken: Int?
  let pinpoints: [ImageSize]
  /// `vision_feature_layer`.
  let featureLayer: Int
  let selectStrategy: FeatureSelection
  /// `vision_aspect_ratio`; nil in a family without it, which keeps every patch of a canvas.
  let aspectRatio: String?
}
