package import Checkpoints
import Images
internal import JSON

/// How an image becomes the tower's input, and what stands for it in a prompt.
package struct ProcessorConfiguration: Sendable, Equatable {
  /// Pillow's numbers for its filters.
  package enum Resampling: Int, Sendable, CaseIterable {
    case bilinear = 2
    case bicubic = 3

    var filter: ResampleFilter { self == .bicubic ? .bicubic : .bilinear }
  }

  /// Side in pixels of the base view and of every tile.
  package var tileSize: Int
  /// Nil where the processor's files are silent: the model's own then hold.
  package var pinpoints: [ImageSize]?
  package var resampling: Resampling
  /// What a level 0…255 is multiplied with.
  package var rescaleFactor: Double
  /// Red, green, blue, after rescaling.
  package var mean: [Double]
  package var standardDeviation: [Double]
  /// The text that stands for an image in a prompt.
  package var imageToken: String
  package var patchSize: Int?
  /// Patches of one tile, `num_image_tokens`.
  package var tokensPerTile: Int?
  /// `vision_aspect_ratio`.
  package var aspectRatio: String?
  package var selectStrategy: FeatureSelection?
}

extension ProcessorConfiguration {
  /// Reads the processor's files of transformers 5 (processor_config.json with an image_processor
  /// within) or of transformers 4 (preprocessor_config.json, with or without
  /// processor_config.json). Throws `.unreadable`, `.malformed`, `.configuration`, `.unsupported`.
  package init(folder: String) throws(CheckpointError) {
    let readers = try Self.readers(folder: folder)
    try self.init(image: readers.image, outer: readers.outer, resampling: .bicubic)
  }

  /// The object of the image processor, and that of the processor around it.
  static func readers(
    folder: String
  ) throws(CheckpointError) -> (image: ConfigurationReader, outer: ConfigurationReader) {
    let outer = try ConfigurationReader(
      ifPresent: "processor_config.json", in: folder, path: "processor_config ")
    if let nested = try outer.child("image_processor") { return (nested, outer) }
    let image = try ConfigurationReader(
      "preprocessor_config.json", in: folder, path: "preprocessor_config ")
    return (image, outer)
  }

  /// Defaults are those of LlavaNextImageProcessor, but for sizes and colours: these every file
  /// states, and the class's are not those of any checkpoint.
  /// - Parameter resampling: the class's filter.
  init(
    image: ConfigurationReader, outer: ConfigurationReader, resampling fallback: Resampling
  ) throws(CheckpointError) {
    try Self.requireSteps(image)
    tileSize = try Self.tileSize(image)
    pinpoints = try image.sizePairs("image_grid_pinpoints")
    resampling = try Self.resampling(image, default: fallback)
    let scale = try PixelScale(image)
    (rescaleFactor, mean, standardDeviation) = (
      scale.rescaleFactor, scale.mean, scale.standardDeviation
    )
    imageToken = try outer.text("image_token") ?? "<image>"
    patchSize = try outer.optionalSize("patch_size")
    tokensPerTile = try outer.optionalSize("num_image_tokens")
    aspectRatio = try outer.text("vision_aspect_ratio")
    selectStrategy =
      try outer.text("vision_feature_select_strategy") == nil
      ? nil
      : outer.choice(
        "vision_feature_select_strategy", of: [.default, .full], default: .default)
  }

  /// Every step is done; a file that leaves one out is refused.
  static func requireSteps(_ image: ConfigurationReader) throws(CheckpointError) {
    for step in ["do_resize", "do_rescale", "do_normalize"] {
      guard try image.flag(step, default: true) else {
        throw .unsupported(key: image.path + step, found: "false", supported: ["true"])
      }
    }
  }

  private static func tileSize(_ image: ConfigurationReader) throws(CheckpointError) -> Int {
    let size = try side("size", image)
    guard try image.flag("do_center_crop", default: true) else { return size }
    guard image.object.present("crop_size") != nil else { return size }
    let crop = try side("crop_size", image)
    guard crop == size else {
      throw image.error("crop_size", crop, "the same as size, \(size)")
    }
    return size
  }

  /// The side of a square written as an integer, as `shortest_edge` or as `height` and `width`.
  static func side(
    _ key: String, _ image: ConfigurationReader
  ) throws(CheckpointError) -> Int {
    let limit = 1 << 14
    guard image.object.present(key)?.objectValue != nil, let size = try image.child(key) else {
      return try image.size(key, default: nil, limit: limit)
    }
    if let side = try size.optionalSize("shortest_edge", limit: limit) { return side }
    let height = try size.size("height", default: nil, limit: limit)
    let width = try size.size("width", default: nil, limit: limit)
    guard height == width else {
      throw size.error("width", width, "the same as height, \(height)")
    }
    return height
  }

  static func resampling(
    _ image: ConfigurationReader, default fallback: Resampling
  ) throws(CheckpointError) -> Resampling {
    guard let value = image.object.present("resample") else { return fallback }
    guard let resampling = value.plainInteger.flatMap(Resampling.init(rawValue:)) else {
      throw .unsupported(
        key: image.path + "resample", found: value.summary,
        supported: Resampling.allCases.map { "\($0.rawValue) (\($0))" })
    }
    return resampling
  }
}

extension PixelScale {
  /// From an image processor's object, which states its colours.
  init(_ image: ConfigurationReader) throws(CheckpointError) {
    rescaleFactor = try image.positive("rescale_factor", default: 1 / 255.0)
    mean = try Self.colours("image_mean", image)
    standardDeviation = try Self.colours("image_std", image)
    guard standardDeviation.allSatisfy({ $0 > 0 }) else {
      throw image.error("image_std", image.object["image_std"], "numbers above 0")
    }
  }

  private static func colours(
    _ key: String, _ image: ConfigurationReader
  ) throws(CheckpointError) -> [Double] {
    let value = image.object.present(key)
    let numbers = value?.arrayValue?.compactMap(\.numberValue) ?? []
    guard numbers.count == 3, value?.arrayValue?.count == 3, numbers.allSatisfy(\.isFinite) else {
      throw image.error(key, value, "three finite numbers")
    }
    return numbers
  }
}
