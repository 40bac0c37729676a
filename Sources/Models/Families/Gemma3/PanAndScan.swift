import Checkpoints

/// When pictures that are long are looked at closer, in crops along their longer side.
///
/// Follows `Gemma3ImageProcessor.pan_and_scan` of transformers 5.24.
package struct PanAndScan: Sendable, Equatable {
  /// The least length of a crop's sides, in pixels.
  package var minimumCropSide: Int
  package var maximumCropCount: Int
  /// Pictures whose longer side is less than so many times the shorter have no crops.
  package var minimumRatio: Double

  /// A rectangle of a picture's pixels.
  package struct Crop: Sendable, Equatable {
    package let columns: Range<Int>
    package let rows: Range<Int>
  }

  package init(minimumCropSide: Int, maximumCropCount: Int, minimumRatio: Double) {
    self.minimumCropSide = minimumCropSide
    self.maximumCropCount = maximumCropCount
    self.minimumRatio = minimumRatio
  }

  /// The crops of a picture, from its left or its top; none of one that needs none.
  package func crops(width: Int, height: Int) -> [Crop] {
    precondition(width > 0 && height > 0, "a picture without pixels")
    let isWide = width >= height
    let (long, short) = (max(width, height), min(width, height))
    let ratio = Double(long) / Double(short)
    guard ratio >= minimumRatio else { return [] }
    var count = min(long / minimumCropSide, Int((ratio + 0.5).rounded(.down)))
    count = min(max(count, 2), maximumCropCount)
    // The last crop is shorter where the side is no whole number of crops.
    let side = (long + count - 1) / count
    guard min(side, short) >= minimumCropSide else { return [] }
    return (0..<count).map { index in
      let part = index * side..<min((index + 1) * side, long)
      return isWide
        ? Crop(columns: part, rows: 0..<height) : Crop(columns: 0..<width, rows: part)
    }
  }
}

extension PanAndScan {
  /// Defaults are those of Gemma3Processor.
  init(_ reader: ConfigurationReader) throws(CheckpointError) {
    let prefix = "pan_and_scan_"
    maximumCropCount = try reader.size("\(prefix)max_num_crops", default: 4, limit: 64)
    minimumRatio = try reader.positive("\(prefix)min_ratio_to_activate", default: 1.2)
    minimumCropSide = try reader.size("\(prefix)min_crop_size", default: 256, limit: 1 << 16)
    // Crops of less could leave nothing to the last.
    let least = max(2, maximumCropCount - 1)
    guard minimumCropSide >= least else {
      throw reader.error("\(prefix)min_crop_size", minimumCropSide, "\(least) or more")
    }
  }
}
