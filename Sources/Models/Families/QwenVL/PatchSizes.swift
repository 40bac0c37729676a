import Checkpoints

/// How pixels become patches and patches tokens in Qwen's towers.
package struct PatchSizes: Sendable, Equatable {
  /// p: side of a patch in pixels.
  package var patchSize: Int
  /// m: m × m patches become one token.
  package var mergeSize: Int
  /// How many frames a patch spans; a still picture is repeated.
  package var temporalPatchSize: Int

  /// Side in pixels of what becomes one token.
  package var cellSide: Int { patchSize * mergeSize }
  /// Patches of one token.
  package var mergeCount: Int { mergeSize * mergeSize }
}

extension PatchSizes {
  /// From a tower's configuration or a processor's, which call `mergeSize` differently.
  /// - Parameter patchSize: where the file is silent; the other two are the same in all classes.
  init(
    _ reader: ConfigurationReader, patchSize fallback: Int, mergeKey: String
  ) throws(CheckpointError) {
    patchSize = try reader.size("patch_size", default: fallback, limit: 1 << 10)
    mergeSize = try reader.size(mergeKey, default: 2, limit: 64)
    temporalPatchSize = try reader.size("temporal_patch_size", default: 2, limit: 64)
  }
}
