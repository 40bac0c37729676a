/// Decodes BMP into RGB as Pillow and the processor's conversion do: palettes of 1, 4 and
/// 8 bits, with or without runs, 16, 24 and 32 bits, rows from below or from above,
/// headers of Windows and OS/2.
struct BMPReader {
  let bytes: [UInt8]
  let layout: BMPLayout

  init(_ bytes: [UInt8], limits: PictureLimits) throws(ImageError) {
    self.bytes = bytes
    layout = try BMPLayout(bytes)
    try limits.check(width: layout.width, height: layout.height)
  }

  func picture(treatment: PictureTreatment) throws(ImageError) -> Picture {
    let pixels: [UInt8]
    switch layout.storage {
    case .palette(let bits): pixels = colors(treatment).fromTable(try indices(bits: bits))
    case .runs(let bits):
      let indices = try BMPRuns(bytes: bytes, layout: layout, bits: bits).indices()
      pixels = colors(treatment).fromTable(ordered(indices, samples: 1))
    case .masked16(let greenBits): pixels = try masked(greenBits: greenBits)
    case .samples(let places, let alpha):
      pixels = try samples(places, alpha: alpha, treatment: treatment)
    }
    return Picture(uncheckedWidth: layout.width, height: layout.height, pixels: pixels)
  }

  private func colors(_ treatment: PictureTreatment) -> PNGColors {
    PNGColors(
      structure: PNGStructure(indexed: layout.palette, transparent: nil), treatment: treatment)
  }

  /// Where the row lies that is `y` from above. Rows take whole words of four bytes.
  private func row(_ y: Int) -> Int {
    layout.pixels + (layout.isTopDown ? y : layout.height - 1 - y) * layout.rowLength
  }

  private func requirePixels() throws(ImageError) {
    let (needed, overflow) = layout.rowLength.multipliedReportingOverflow(by: layout.height)
    guard !overflow, layout.pixels <= bytes.count, needed <= bytes.count - layout.pixels else {
      throw .damaged(format: .bmp, reason: "the file ends too early")
    }
  }

  private func indices(bits: Int) throws(ImageError) -> [UInt8] {
    try requirePixels()
    var result = [UInt8](repeating: 0, count: layout.width * layout.height)
    let (perByte, mask) = (8 / bits, UInt8(truncatingIfNeeded: (1 << bits) - 1))
    for y in 0..<layout.height {
      let start = row(y)
      for x in 0..<layout.width {
        let shift = 8 - bits - (x % perByte) * bits
        result[y * layout.width + x] = bytes[start + x / perByte] >> UInt8(shift) & mask
      }
    }
    return result
  }

  private func masked(greenBits: Int) throws(ImageError) -> [UInt8] {
    try requirePixels()
    var result = [UInt8](repeating: 0, count: layout.width * layout.height * 3)
    let greenLimit = (1 << greenBits) - 1
    for y in 0..<layout.height {
      let start = row(y)
      for x in 0..<layout.width {
        let value = Int(bytes[start + 2 * x]) | Int(bytes[start + 2 * x + 1]) << 8
        let to = (y * layout.width + x) * 3
        let red = value >> (5 + greenBits) & 31
        let green = value >> 5 & greenLimit
        result[to] = UInt8(truncatingIfNeeded: red * 255 / 31)
        result[to + 1] = UInt8(truncatingIfNeeded: green * 255 / greenLimit)
        result[to + 2] = UInt8(truncatingIfNeeded: (value & 31) * 255 / 31)
      }
    }
    return result
  }

  private func samples(
    _ places: [Int], alpha: Int?, treatment: PictureTreatment
  ) throws(ImageError) -> [UInt8] {
    try requirePixels()
    let channels = alpha == nil ? places : places + [alpha ?? 0]
    var result = [UInt8](repeating: 0, count: layout.width * layout.height * channels.count)
    let step = layout.bits / 8
    for y in 0..<layout.height {
      let start = row(y)
      for x in 0..<layout.width {
        let to = (y * layout.width + x) * channels.count
        for (channel, place) in channels.enumerated() {
          result[to + channel] = bytes[start + x * step + place]
        }
      }
    }
    guard alpha != nil else { return result }
    return PNGColors(structure: PNGStructure(colorType: 6), treatment: treatment).fromRGBA(result)
  }

  /// Rows from above, whichever way they were stored.
  private func ordered(_ values: [UInt8], samples: Int) -> [UInt8] {
    if layout.isTopDown { return values }
    let length = layout.width * samples
    return (0..<layout.height).reversed().reduce(into: []) {
      $0.append(contentsOf: values[($1 * length)..<(($1 + 1) * length)])
    }
  }
}
