import Checkpoints

/// How a picture becomes the tower's input: the processor's files.
struct Gemma3ProcessorConfiguration: Sendable, Equatable {
  var image: ProcessorConfiguration
  /// nil: pictures are seen whole and no closer.
  var panAndScan: PanAndScan?
  /// Tokens of a view, where the files say.
  var tokensPerView: Int?

  /// Throws as `ProcessorConfiguration`.
  ///
  /// `do_pan_and_scan` is what the files say. transformers' Gemma3Processor takes it as an argument
  /// of each call, false by default, as do its own defaults of the other settings, which hold here
  /// where the files are silent or say null.
  init(folder: String) throws(CheckpointError) {
    let readers = try ProcessorConfiguration.readers(folder: folder)
    image = try ProcessorConfiguration(
      image: readers.image, outer: readers.outer, resampling: .bilinear)
    tokensPerView = try readers.outer.optionalSize("image_seq_length")
    panAndScan =
      try readers.image.flag("do_pan_and_scan", default: false) ? PanAndScan(readers.image) : nil
  }
}
