import CKernels

/// Which instructions the kernels use. The paths differ in the order in which a product's terms are
/// rounded, not in meaning.
package enum KernelPath: String, Sendable, CaseIterable {
  case portable
  case avx2
  case avx512
  case avx512BF16 = "avx512_bf16"
  case amx
  /// The AMX source over tile operations written in C; for tests where there is no
  /// AMX, never chosen by itself.
  case amxEmulated = "amx_emulated"

  var code: Int32 {
    switch self {
    case .portable: 0
    case .avx2: 1
    case .avx512: 2
    case .avx512BF16: 3
    case .amx: 4
    case .amxEmulated: 5
    }
  }

  /// Whether products of bfloat16 are faster here than those of float32.
  package var multipliesBFloat16: Bool { code >= Self.avx512BF16.code }

  /// Whether the largest of a product's elements are found sooner by rounded factors than by
  /// computing all in float32: see `CandidateSearch`.
  package var findsFasterRounded: Bool { multipliesBFloat16 || self == .avx2 }

  /// The paths this processor and operating system run, from the plainest to the
  /// fastest, then the emulated one.
  package static let available = allCases.filter { kernel_path_available($0.code) == 1 }

  /// The fastest path here.
  package static let best = available.last { $0 != .amxEmulated } ?? .portable
}
