import CKernels

/// Element types of weights, by their names in safetensors files.
package enum ScalarType: String, Sendable, CaseIterable {
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  /// Integers from -127 to 127 with a float32 scale a row; see `WeightMatrix.quantised`.
  /// Made here, never read from a checkpoint: a tensor of type I8 alone has no scales and
  /// is no matrix of weights.
  case int8 = "I8 with scales"

  /// The types in which checkpoints store weights.
  package static let allCases: [ScalarType] = [.float32, .float16, .bfloat16]

  package var byteCount: Int {
    switch self {
    case .float32: 4
    case .float16, .bfloat16: 2
    case .int8: 1
    }
  }

  /// A number as this type stores it, to nearest, ties to even; int8 stores none alone.
  package func rounded(_ value: Float) -> Float {
    switch self {
    case .float32, .int8: return value
    case .float16: return Float(Float16(value))
    case .bfloat16:
      let bits = value.bitPattern
      return Float(bitPattern: (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000)
    }
  }

  var code: Int32 {
    switch self {
    case .float32: Int32(kernel_float32.rawValue)
    case .float16: Int32(kernel_float16.rawValue)
    case .bfloat16: Int32(kernel_bfloat16.rawValue)
    case .int8: Int32(kernel_int8.rawValue)
    }
  }
}
