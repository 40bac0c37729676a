import CKernels

/// How far an element of the product of rounded factors, plus its bias, may
/// lie from the float32 one.
///
/// For activations x, weights w, rounded x̃, w̃ and a bias b, with u = 2⁻²⁴:
/// - Rounding: |x·w − x̃·w̃| ≤ ‖x − x̃‖‖w‖ + ‖x̃‖‖w − w̃‖ (Cauchy and Schwarz),
///   ‖x̃‖ ≤ ‖x‖ + ‖x − x̃‖.
/// - Sums: whatever the order, a sum of products in which no term passes more than n roundings is
///   off by at most nu/(1 − nu) Σ|xᵢwᵢ| ≤ nu/(1 − nu) ‖x‖‖w‖ (Higham, Accuracy and Stability of
///   Numerical Algorithms, 2002, §3.1). The same holds for x̃ and w̃. `roundings` says what n is;
///   16 are added for the bias and for the ends of the interval.
/// - Underflow: products of bfloat16 take and give zero for numbers below 2⁻¹²⁶. The constants
///   below leave room for it.
/// - Sums of products of integers, in units of the two rows' scales, are exact within a block of
///   terms, which rounds once to float32; adding blocks up and multiplying by the scales rounds
///   far less often than a product of floats.
struct ErrorBound: Sendable {
  /// Of each token, times ‖w‖.
  let normFactors: [Float]
  /// Of each token, times ‖w − w̃‖.
  let errorFactors: [Float]
  /// Of each output, added.
  let constants: [Float]

  /// Numbers this large leave room for sums that do not overflow.
  private static let largest = 0x1p60

  init?(_ x: Matrix, _ rounded: RoundedWeights, bias: [Float], compute: Compute) {
    let depth = x.columns
    let count = Double(2 * Self.roundings(depth: depth, path: compute.path) + 16) * 0x1p-24
    guard count < 0.5 else { return nil }
    let sums = count / (1 - count)
    let lost = Double(depth).squareRoot() * 0x1p-120
    let tokens = rounded.measure(activations: x, compute: compute).map {
      (norm: Double(RoundedWeights.root($0.0)), error: Double(RoundedWeights.root($0.1)))
    }
    let isSmall = { (value: Float) in abs(Double(value)) < Self.largest }
    guard tokens.allSatisfy({ $0.norm < Self.largest && $0.error < Self.largest }),
      rounded.norms.allSatisfy(isSmall), rounded.errors.allSatisfy(isSmall),
      bias.allSatisfy(isSmall)
    else { return nil }
    normFactors = tokens.map {
      Self.above($0.error + sums * ($0.norm + $0.error) + lost)
    }
    errorFactors = tokens.map { Self.above(($0.norm + $0.error) * (1 + sums) + lost) }
    // ‖w − w̃‖ leaves out what is lost of weights below 2⁻¹²⁶: at most `lost` for
    // each unit of ‖x̃‖ < 2⁶¹.
    let longest = tokens.reduce(0) { max($0, $1.norm + $1.error) }
    constants = bias.map {
      Self.above(abs(Double($0)) * 0x1p-20 + Double(depth + 1) * 0x1p-116 + lost * longest)
    }
  }

  /// Roundings that a term of a sum may pass. All but AMX keep 16 sums or more, which take at most
  /// two roundings for every two terms; AMX adds all terms up one by one.
  private static func roundings(depth: Int, path: KernelPath) -> Int {
    switch path {
    case .amx, .amxEmulated: depth + 64
    case .portable, .avx2, .avx512, .avx512BF16: depth / 8 + 64
    }
  }

  /// A little more, so that the float arithmetic of the kernels does not fall below it.
  private static func above(_ value: Double) -> Float { Float(value * (1 + 0x1p-18)).nextUp }

  /// - Parameter offsets: what is added to the rounded products.
  func withKernelBounds(
    offsets: [Float], rounded: RoundedWeights, _ body: (UnsafePointer<kernel_bounds>) -> Void
  ) {
    unsafe offsets.withUnsafeBufferPointer { offsets in
      unsafe rounded.norms.withUnsafeBufferPointer { norms in
        unsafe rounded.errors.withUnsafeBufferPointer { errors in
          unsafe constants.withUnsafeBufferPointer { constants in
            var bounds = unsafe kernel_bounds(
              bias: offsets.baseAddress, norms: norms.baseAddress, errors: errors.baseAddress,
              constants: constants.baseAddress)
            unsafe body(&bounds)
          }
        }
      }
    }
  }
}
