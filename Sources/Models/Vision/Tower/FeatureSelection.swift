/// Which of a tower's tokens are a picture's features: `vision_feature_select_strategy`.
package enum FeatureSelection: String, Sendable {
  /// All but the first, CLIP's class token.
  case `default`
  /// All of them.
  case full
}
