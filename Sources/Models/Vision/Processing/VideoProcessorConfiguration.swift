import Checkpoints
import Images
internal import JSON

/// How frames of a video become the tower's input.
struct VideoProcessorConfiguration: Sendable, Equatable {
  /// Side in pixels of a frame's tile.
  let tileSize: Int
  let resampling: ProcessorConfiguration.Resampling
  let scale: PixelScale
}

extension VideoProcessorConfiguration {
  /// Reads what transformers 5 takes for a video processor: `video_processor` of
  /// processor_config.json, video_preprocessor_config.json, or the image processor's own file.
  ///
  /// Defaults are those of LlavaOnevisionVideoProcessor. Throws `.unreadable`, `.malformed`,
  /// `.configuration`, `.unsupported`.
  init(folder: String) throws(CheckpointError) {
    try self.init(try Self.reader(folder: folder))
  }

  private init(_ video: ConfigurationReader) throws(CheckpointError) {
    try ProcessorConfiguration.requireSteps(video)
    tileSize =
      video.object.present("size") == nil ? 384 : try ProcessorConfiguration.side("size", video)
    resampling = try ProcessorConfiguration.resampling(video, default: .bicubic)
    let hasColours = ["image_mean", "image_std"].contains { video.object.present($0) != nil }
    scale =
      hasColours
      ? try PixelScale(video)
      : PixelScale(
        mean: [0.48145466, 0.4578275, 0.40821073],
        standardDeviation: [0.26862954, 0.26130258, 0.27577711],
        rescaleFactor: try video.positive("rescale_factor", default: 1 / 255.0))
  }

  private static func reader(folder: String) throws(CheckpointError) -> ConfigurationReader {
    let outer = try ConfigurationReader(
      ifPresent: "processor_config.json", in: folder, path: "processor_config ")
    if let nested = try outer.child("video_processor") { return nested }
    let own = try ConfigurationReader(
      ifPresent: "video_preprocessor_config.json", in: folder, path: "video_preprocessor_config ")
    if !own.object.members.isEmpty { return own }
    return try ProcessorConfiguration.readers(folder: folder).image
  }
}
