import CKernels

/// Element types of weights, by their names in safetensors files.
package enum ScalarType: String, Sendable, CaseIterable {
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"

  package var byteCount: Int { self == .float32 ? 4 : 2 }

  var code: Int32 {
    switch self {
    case .float32: Int32(kernel_float32.rawValue)
    case .float16: Int32(kernel_float16.rawValue)
    case .bfloat16: Int32(kernel_bfloat16.rawValue)
    }
  }
}
