/// What asking a vision worker may cost.
package struct VisionLimits: Sendable {
  /// Bytes of one answer.
  package var answerBytes = 256 << 20
  /// Until a worker that was started says what it can do.
  package var startSeconds = 300.0
  /// For one request: the first may load a model.
  package var requestSeconds = 1800.0
  /// For a worker to end by itself once it was told to.
  package var endSeconds = 2.0

  package init() {}
}
