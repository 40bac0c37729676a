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

  var code: Int32 {
    switch self {
    case .float32: Int32(kernel_float32.rawValue)
    case .float16: Int32(kernel_float16.rawValue)
    case .bfloat16: Int32(kernel_bfloat16.rawValue)
    case .int8: Int32(kernel_int8.rawValue)
    }
  }
}
