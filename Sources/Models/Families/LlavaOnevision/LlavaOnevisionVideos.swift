import Checkpoints
import Images
import Tensors

/// What LLaVA-OneVision does with a video: each frame squeezed into one tile, its patches brought
/// to half as many down and across, all frames' tokens one after the other, and a newline behind
/// the last.
///
/// Follows `get_video_features` and `LlavaOnevisionVideoProcessor` of transformers 5.24, which
/// resizes as torchvision does whatever pictures are resized by. Which frames of a film are shown
/// is up to who gives them: none is sampled.
struct LlavaOnevisionVideos: VideoEncoder {
  let videoToken: Int
  let videoText: String
  let processor: ImageProcessor
  let rule: TilingRule

  /// Nil for a model whose videos have no token.
  init?(
    _ model: LlavaConfiguration, processor settings: VideoProcessorConfiguration, text: String?
  ) throws {
    guard let token = model.videoToken, let text else { return nil }
    let side = model.vision.imageSize
    guard settings.tileSize == side else {
      throw ModelError.inconsistent(
        what: "the video processor's size", found: "\(settings.tileSize)",
        expected: "vision_config.image_size \(side)")
    }
    (videoToken, videoText, rule) = (token, text, model.tiling)
    processor = try ImageProcessor(
      ImageProcessorConfiguration(
        size: .exact(height: side, width: side), crop: (side, side), mean: settings.scale.mean,
        standardDeviation: settings.scale.standardDeviation,
        rescaleFactor: settings.scale.rescaleFactor, filter: settings.resampling.filter,
        resizing: .torchvision, pinpoints: []))
  }

  func layout(frames count: Int, width: Int, height: Int) throws -> PictureLayout {
    guard width > 0, height > 0 else { throw ImageError.empty(width: width, height: height) }
    func axis(_ side: Int) -> CellAxis {
      CellAxis(
        count: (rule.patchesPerSide + 1) / 2, sources: rule.patchesPerSide,
        scale: Double(side) * Double(rule.patchSide) / Double(rule.tileSide))
    }
    let (rows, columns) = (axis(height), axis(width))
    let views = (0..<count).map { frame in
      PictureView(
        name: FrameView.name(frame), rowAxis: rows, columnAxis: columns,
        firstToken: frame * rows.count * columns.count)
    }
    return PictureLayout(
      pictureWidth: width, pictureHeight: height, views: views,
      tokenCount: count * rows.count * columns.count + 1, isVideo: true)
  }

  func prepare(_ frames: [Picture], cancellation: Cancellation) throws -> PictureTiles {
    try processor.squeezed(frames, cancellation: cancellation)
  }
}
