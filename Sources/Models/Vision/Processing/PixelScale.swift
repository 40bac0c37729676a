import Checkpoints
import Images

/// How a picture's bytes become the numbers that a tower sees.
struct PixelScale: Sendable, Equatable {
  /// Red, green and blue means, in units of rescaled pixels.
  var mean: [Double]
  /// Red, green and blue standard deviations, in units of rescaled pixels.
  var standardDeviation: [Double]
  /// What a level 0…255 is multiplied with.
  var rescaleFactor: Double

  /// The value that each byte becomes, `[3, 256]`, in the float32 steps of the processor whose
  /// resizing it is: transformers' NumPy code beside Pillow, one step for both with torchvision.
  func levels(
    resizing: PictureResizing, rescales: Bool = true, normalizes: Bool = true
  ) -> [[Float]] {
    (0..<3).map { channel in
      (0..<256).map { byte in
        if resizing == .torchvision, rescales, normalizes {
          let scale = Float(1 / rescaleFactor)
          return (Float(byte) - Float(mean[channel]) * scale)
            / (Float(standardDeviation[channel]) * scale)
        }
        let rescaled = rescales ? Float(Double(byte) * rescaleFactor) : Float(byte)
        guard normalizes else { return rescaled }
        return (rescaled - Float(mean[channel])) / Float(standardDeviation[channel])
      }
    }
  }
}
