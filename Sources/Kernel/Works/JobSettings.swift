import Images
import VisionWorkers

/// What jobs get from whoever runs them, beside their params.
package struct JobSettings: Sendable {
  /// What explainers are asked with; nil where the kernel was given none.
  var explainerKey: String?
  /// Other people's models for pictures; nil where the kernel was given none.
  var vision: VisionWorker?
  /// The index that no job writes to.
  var installed = InstalledIndex(path: nil)
  /// What decoding a picture of an index may cost.
  var pictureLimits = PictureLimits()
  /// Whether a corpus may come from standard input, which in a kernel is the wire.
  var readsStandardInput = false
  /// The entries after which a build of an index commits at the latest; nil: its default.
  var commitEntries: Int?
}
