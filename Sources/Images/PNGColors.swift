/// Turns decoded PNG samples into RGB, transparency included.
///
/// Pillow keeps a transparent colour beside the pixels and the processor paints it white; an alpha
/// channel is composited on white or dropped, as `PictureTreatment` says. Palettes with several
/// degrees of transparency count as an alpha channel.
struct PNGColors {
  private let treatment: PictureTreatment
  private let structure: PNGStructure
  /// The transparent colour, in the eight bits that Pillow compares.
  private let key: (red: UInt8, green: UInt8, blue: UInt8)?

  init(structure: PNGStructure, treatment: PictureTreatment) {
    self.structure = structure
    self.treatment = treatment
    key = Self.key(structure, treatment)
  }

  private static func key(
    _ structure: PNGStructure, _ treatment: PictureTreatment
  ) -> (red: UInt8, green: UInt8, blue: UInt8)? {
    guard let stored = structure.transparency else { return nil }
    if structure.colorType == 2, stored.count >= 6 { return (stored[1], stored[3], stored[5]) }
    guard structure.colorType == 0, stored.count >= 2 else { return nil }
    let isHigh = stored[0] != 0
    let grey: UInt8
    switch (structure.bitDepth, treatment) {
    case (1, _): grey = isHigh || stored[1] != 0 ? 255 : 0
    case (16, .loaded):
      // Already RGB, Pillow takes the single number for a red level: only black can match.
      if stored[1] != 0 { return nil }
      grey = 0
    case (_, .loaded): grey = isHigh ? 255 : stored[1]
    case (_, .opened): grey = stored[1]
    }
    return (grey, grey, grey)
  }

  func fromRGB(_ samples: [UInt8]) -> [UInt8] {
    guard let key else { return samples }
    var result = samples
    for start in stride(from: 0, to: samples.count, by: 3)
    where samples[start] == key.red && samples[start + 1] == key.green
      && samples[start + 2] == key.blue
    {
      for channel in 0..<3 { result[start + channel] = 255 }
    }
    return result
  }

  /// Values above 255 become 255, as in Pillow's conversion of `I;16`.
  func fromWideGrey(_ samples: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: samples.count / 2 * 3)
    for index in 0..<(samples.count / 2) {
      let grey = samples[2 * index] != 0 ? 255 : samples[2 * index + 1]
      let shown = grey == key?.red ? 255 : grey
      for channel in 0..<3 { result[3 * index + channel] = shown }
    }
    return result
  }

  func fromGreyAlpha(_ samples: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: samples.count / 2 * 3)
    for index in 0..<(samples.count / 2) {
      let shown = composited(samples[2 * index], alpha: samples[2 * index + 1])
      for channel in 0..<3 { result[3 * index + channel] = shown }
    }
    return result
  }

  func fromRGBA(_ samples: [UInt8]) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: samples.count / 4 * 3)
    for index in 0..<(samples.count / 4) {
      let (from, to) = (4 * index, 3 * index)
      let alpha = samples[from + 3]
      result[to] = composited(samples[from], alpha: alpha)
      result[to + 1] = composited(samples[from + 1], alpha: alpha)
      result[to + 2] = composited(samples[from + 2], alpha: alpha)
    }
    return result
  }

  /// Greyscale of up to 8 bits and palette indices.
  func fromTable(_ samples: [UInt8]) -> [UInt8] {
    let table = structure.colorType == 3 ? paletteTable() : greyTable()
    var result = [UInt8](repeating: 0, count: samples.count * 3)
    for (index, sample) in samples.enumerated() {
      let entry = Int(sample) * 3
      for channel in 0..<3 { result[3 * index + channel] = table[entry + channel] }
    }
    return result
  }

  private func greyTable() -> [UInt8] {
    let factor: UInt8 =
      switch structure.bitDepth {
      case 1: 255
      case 2: 85
      case 4: 17
      default: 1
      }
    return (0..<256).flatMap { (value: Int) -> [UInt8] in
      let grey = UInt8(truncatingIfNeeded: value) &* factor
      return [UInt8](repeating: grey == key?.red ? 255 : grey, count: 3)
    }
  }

  /// Entries missing from the palette are black.
  private func paletteTable() -> [UInt8] {
    var table = structure.palette
    table.append(contentsOf: [UInt8](repeating: 0, count: max(0, 768 - table.count)))
    guard let alphas = structure.transparency else { return table }
    let transparent = alphas.firstIndex(of: 0)
    let isSingle =
      transparent != nil && alphas.allSatisfy { $0 == 0 || $0 == 255 }
      && alphas.count(where: { $0 == 0 }) == 1
    switch (treatment, isSingle ? transparent : nil) {
    case (.loaded, let index?):
      let color = Array(table[(3 * index)..<(3 * index + 3)])
      for entry in 0..<256 where table[(3 * entry)..<(3 * entry + 3)].elementsEqual(color) {
        for channel in 0..<3 { table[3 * entry + channel] = 255 }
      }
    case (.loaded, nil):
      break
    case (.opened, _):
      for (entry, alpha) in alphas.enumerated() {
        for channel in 0..<3 {
          table[3 * entry + channel] = composited(table[3 * entry + channel], alpha: alpha)
        }
      }
    }
    return table
  }

  /// Pillow's `alpha_composite` over opaque white, in its fixed point with 7 fractional bits.
  @inline(__always)
  private func composited(_ value: UInt8, alpha: UInt8) -> UInt8 {
    if treatment == .loaded { return value }
    if alpha == 0 { return 255 }
    let weight = Int(alpha) << 7
    let sum = Int(value) * weight + 255 * ((255 << 7) - weight) + (0x80 << 7)
    return UInt8(truncatingIfNeeded: (((sum >> 8) + sum) >> 8) >> 7)
  }
}
