/// The fixed-point weights that make `outputLength` samples out of `inputLength` along one axis.
struct ResampleKernel {
  /// Fractional bits of a weight.
  let bits: Int32

  /// First source sample of each output sample.
  let starts: [Int]
  /// Where each output sample's weights begin; one more entry closes the last.
  let offsets: [Int]
  let weights: [Int32]

  init(
    inputLength: Int, outputLength: Int, filter: ResampleFilter, resizing: PictureResizing
  ) {
    let scale = Double(inputLength) / Double(outputLength)
    let stretch = max(scale, 1)
    let support = filter.support * stretch
    let inverse = 1 / stretch
    var starts: [Int] = []
    var offsets = [0]
    var weights: [Double] = []
    starts.reserveCapacity(outputLength)
    offsets.reserveCapacity(outputLength + 1)
    for index in 0..<outputLength {
      let center = (Double(index) + 0.5) * scale
      let low = max(0, Int(center - support + 0.5))
      let high = min(inputLength, Int(center + support + 0.5))
      let raw = (low..<max(low, high)).map {
        filter.weight(at: (Double($0) - center + 0.5) * inverse)
      }
      let sum = raw.reduce(0, +)
      weights.append(contentsOf: raw.map { sum == 0 ? $0 : $0 / sum })
      starts.append(low)
      offsets.append(weights.count)
    }
    self.starts = starts
    self.offsets = offsets
    let bits = resizing.weightBits(largest: weights.max() ?? 0)
    self.bits = bits
    self.weights = weights.map { Self.fixed($0, bits: bits) }
  }

  private static func fixed(_ weight: Double, bits: Int32) -> Int32 {
    let scaled = weight * Double(Int32(1) << bits)
    return Int32(weight < 0 ? scaled - 0.5 : scaled + 0.5)
  }

  /// The byte that an accumulated sum stands for.
  @inline(__always)
  func byte(_ sum: Int32) -> UInt8 {
    UInt8(clamping: sum >> bits)
  }

  /// What sums start from, so that the shift rounds.
  var half: Int32 { 1 << (bits - 1) }
}
