import CPNG

/// Decodes PNG into RGB as Pillow and the processor's conversion do.
struct PNGReader {
  let bytes: [UInt8]
  let structure: PNGStructure
  let treatment: PictureTreatment

  private var samplesPerPixel: Int {
    switch structure.colorType {
    case 2: 3
    case 4: 2
    case 6: 4
    default: 1
    }
  }

  private var isWideGrey: Bool { structure.colorType == 0 && structure.bitDepth == 16 }

  func picture() throws(ImageError) -> Picture {
    let raw = try samples()
    let colors = PNGColors(structure: structure, treatment: treatment)
    let pixels: [UInt8] =
      switch structure.colorType {
      case 2: colors.fromRGB(raw)
      case 4: colors.fromGreyAlpha(raw)
      case 6: colors.fromRGBA(raw)
      default: isWideGrey ? colors.fromWideGrey(raw) : colors.fromTable(raw)
      }
    return Picture(uncheckedWidth: structure.width, height: structure.height, pixels: pixels)
  }

  /// Samples as `cpng_decode` leaves them: one byte each, two for 16-bit greyscale.
  private func samples() throws(ImageError) -> [UInt8] {
    let row = structure.width * samplesPerPixel * (isWideGrey ? 2 : 1)
    try checkPlausible(row: row)
    var header = cpng_header(
      width: UInt32(structure.width), height: UInt32(structure.height),
      bit_depth: UInt8(structure.bitDepth), color_type: UInt8(structure.colorType))
    var message = CMessage(length: Int(CPNG_MESSAGE_LENGTH))
    var output = [UInt8](repeating: 0, count: row * structure.height)
    let count = output.count
    let status = unsafe cpng_decode(
      bytes, bytes.count, &header, &output, count, &message.characters)
    guard status == CPNG_OK else { throw .damaged(format: .png, reason: message.text) }
    return output
  }

  /// Deflate shrinks at most about 1032-fold: a file too short for its claim is refused
  /// before the claim is allocated.
  private func checkPlausible(row: Int) throws(ImageError) {
    let stored = (structure.width * samplesPerPixel * structure.bitDepth + 7) / 8 * structure.height
    guard structure.compressedLength > 0 else {
      throw .damaged(format: .png, reason: "it has no pixel data")
    }
    guard stored / 1040 <= structure.compressedLength else {
      throw .damaged(
        format: .png,
        reason:
          "\(structure.compressedLength) compressed bytes cannot hold \(stored) bytes of pixels")
    }
  }
}
