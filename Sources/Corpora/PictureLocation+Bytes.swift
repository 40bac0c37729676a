package import FeatureIndex
package import Images

extension PictureLocation {
  /// The picture's bytes. Throws `ImageError` where they are gone or more than the limit.
  package func bytes(limits: PictureLimits = PictureLimits()) throws(ImageError) -> [UInt8] {
    switch self {
    case .file(let path): try PictureFile.bytes(atPath: path, limits: limits)
    case .slice(let path, let offset, let length):
      try PictureFile.bytes(atPath: path, from: offset, count: length, limits: limits)
    case .stored(let bytes): bytes
    }
  }
}
