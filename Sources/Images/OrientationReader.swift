/// Finds the orientation in EXIF or, failing that, in XMP, as Pillow does.
///
/// Metadata never makes a picture unreadable: what cannot be understood counts as absent.
enum OrientationReader {
  private static let exifPrefix: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]
  private static let tag = 274

  static func orientation(exif: [UInt8]?, xmp: [UInt8]?) -> Orientation {
    let value = exif.flatMap(fromEXIF) ?? xmp.flatMap(fromXMP)
    return value.flatMap(Orientation.init(rawValue:)) ?? .upright
  }

  /// The tag's value in the first directory of a TIFF structure, with or without the `Exif` prefix.
  private static func fromEXIF(_ bytes: [UInt8]) -> Int? {
    var start = 0
    for _ in 0..<2 where bytes[start...].starts(with: exifPrefix) { start += exifPrefix.count }
    let cursor = TIFFCursor(bytes: bytes, start: start)
    guard let cursor, let directory = cursor.unsigned(at: 4, length: 4),
      let count = cursor.unsigned(at: directory, length: 2)
    else { return nil }
    for index in 0..<count {
      let entry = directory + 2 + index * 12
      guard let found = cursor.unsigned(at: entry, length: 2),
        let type = cursor.unsigned(at: entry + 2, length: 2),
        let values = cursor.unsigned(at: entry + 4, length: 4)
      else { return nil }
      if found == tag, values > 0 {
        return cursor.firstValue(ofType: type, count: values, entry: entry)
      }
    }
    return nil
  }

  /// The digit after `tiff:Orientation="` or `tiff:Orientation>`.
  private static func fromXMP(_ bytes: [UInt8]) -> Int? {
    let name = Array("tiff:Orientation".utf8)
    guard bytes.count > name.count + 1 else { return nil }
    for start in 0..<(bytes.count - name.count - 1) {
      guard bytes[start] == name[0], bytes[start...].starts(with: name) else { continue }
      var next = start + name.count
      if bytes[next] == UInt8(ascii: "="), bytes[next + 1] == UInt8(ascii: "\"") {
        next += 2
      } else if bytes[next] == UInt8(ascii: ">") {
        next += 1
      } else {
        continue
      }
      guard next < bytes.count, (0x30...0x39).contains(bytes[next]) else { continue }
      return Int(bytes[next]) - 0x30
    }
    return nil
  }
}
