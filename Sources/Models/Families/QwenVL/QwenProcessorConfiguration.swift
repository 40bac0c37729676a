import Checkpoints
internal import JSON

/// How a picture becomes the tower's input: the files of Qwen's processors.
struct QwenProcessorConfiguration: Sendable, Equatable {
  /// Least and greatest area in pixels.
  var pixels: ClosedRange<Int>
  var colours: PixelScale
  var resampling: ProcessorConfiguration.Resampling
  var patches: PatchSizes

  /// Throws as `ProcessorConfiguration`. Defaults are those of Qwen2VLImageProcessor, but for
  /// colours.
  init(folder: String) throws(CheckpointError) {
    let image = try ProcessorConfiguration.readers(folder: folder).image
    try ProcessorConfiguration.requireSteps(image)
    resampling = try ProcessorConfiguration.resampling(image, default: .bicubic)
    colours = try PixelScale(image)
    patches = try PatchSizes(image, patchSize: 14, mergeKey: "merge_size")
    pixels = try Self.pixels(image)
  }

  /// `size` counts the whole picture's pixels, though it names edges; the older keys beside it come
  /// first.
  private static func pixels(
    _ image: ConfigurationReader
  ) throws(CheckpointError) -> ClosedRange<Int> {
    let limit = 1 << 30
    let size = try image.child("size")
    func area(_ old: String, _ key: String, _ fallback: Int) throws(CheckpointError) -> Int {
      if let found = try image.optionalSize(old, limit: limit) { return found }
      return try size?.size(key, default: nil, limit: limit) ?? fallback
    }
    let least = try area("min_pixels", "shortest_edge", 56 * 56)
    let most = try area("max_pixels", "longest_edge", 28 * 28 * 1280)
    guard least <= most else {
      throw image.error("min_pixels", least, "at most the greatest number of pixels, \(most)")
    }
    return least...most
  }
}
