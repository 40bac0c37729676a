/// Decodes PNG, JPEG, WebP, GIF and BMP files into RGB, byte for byte as Hugging Face's
/// loader and processor see them.
///
/// Only the first picture of an animation is read. Colour profiles and gamma are ignored, as there.
package struct PictureDecoder: Sendable {
  package var treatment: PictureTreatment
  package var limits: PictureLimits

  package init(treatment: PictureTreatment = .loaded, limits: PictureLimits = PictureLimits()) {
    self.treatment = treatment
    self.limits = limits
  }

  /// The picture in `bytes`, upright when `treatment` is `.loaded`.
  ///
  /// - Throws: `ImageError` for anything but a whole picture of these formats within the limits.
  package func picture(from bytes: [UInt8]) throws(ImageError) -> Picture {
    try limits.check(fileLength: bytes.count)
    let stored: Picture
    let orientation: Orientation
    switch try PictureFormat(sniffing: bytes) {
    case .png:
      let structure = try PNGStructure(bytes)
      try limits.check(width: structure.width, height: structure.height)
      stored = try PNGReader(bytes: bytes, structure: structure, treatment: treatment).picture()
      orientation = OrientationReader.orientation(exif: structure.exif, xmp: structure.xmp)
    case .jpeg:
      stored = try JPEGReader(bytes, limits: limits).picture()
      let structure = JPEGStructure(bytes)
      orientation = OrientationReader.orientation(exif: structure.exif, xmp: structure.xmp)
    case .webP:
      let reader = try WebPReader(bytes, limits: limits)
      stored = try reader.picture(treatment: treatment)
      orientation = reader.orientation
    case .gif:
      stored = try GIFReader(bytes, limits: limits).picture(treatment: treatment)
      orientation = .upright
    case .bmp:
      stored = try BMPReader(bytes, limits: limits).picture(treatment: treatment)
      orientation = .upright
    }
    return treatment == .loaded ? orientation.applied(to: stored) : stored
  }

  /// The picture in the file at `path`, which must be a regular file.
  ///
  /// - Throws: `ImageError`, `.unreadable` with the system's reason when there is no such file.
  package func picture(atPath path: String) throws(ImageError) -> Picture {
    try picture(from: PictureFile.bytes(atPath: path, limits: limits))
  }

  /// What the header says; nothing is decoded.
  ///
  /// - Throws: `ImageError` as for the whole picture, as far as the header shows it.
  package func header(of bytes: [UInt8]) throws(ImageError) -> PictureHeader {
    try limits.check(fileLength: bytes.count)
    let format = try PictureFormat(sniffing: bytes)
    switch format {
    case .png:
      let structure = try PNGStructure(bytes)
      try limits.check(width: structure.width, height: structure.height)
      return PictureHeader(
        format: format, width: structure.width, height: structure.height,
        orientation: OrientationReader.orientation(exif: structure.exif, xmp: structure.xmp))
    case .jpeg:
      let reader = try JPEGReader(bytes, limits: limits)
      let structure = JPEGStructure(bytes)
      return PictureHeader(
        format: format, width: reader.width, height: reader.height,
        orientation: OrientationReader.orientation(exif: structure.exif, xmp: structure.xmp))
    case .webP:
      let reader = try WebPReader(bytes, limits: limits)
      return PictureHeader(
        format: format, width: reader.width, height: reader.height, orientation: reader.orientation)
    case .gif:
      let reader = try GIFReader(bytes, limits: limits)
      return PictureHeader(
        format: format, width: reader.width, height: reader.height, orientation: .upright)
    case .bmp:
      let layout = try BMPReader(bytes, limits: limits).layout
      return PictureHeader(
        format: format, width: layout.width, height: layout.height, orientation: .upright)
    }
  }
}
