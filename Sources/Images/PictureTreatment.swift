/// Which of Hugging Face's two ways a picture takes into the processor; they differ in
/// orientation and transparency.
package enum PictureTreatment: Sendable, Equatable {
  /// A path, an address or base64 text: `load_image` applies the EXIF orientation and converts
  /// to RGB, which drops an alpha channel. A single transparent colour survives that and
  /// becomes white in the processor.
  case loaded
  /// A picture opened with Pillow and handed over: the processor composites transparency on white,
  /// and nobody applies the orientation.
  case opened
}
