import Glibc

/// How pixels are weighed when a picture changes size; raw values are Pillow's, as
/// processor files hold them.
package enum ResampleFilter: Int, Sendable, CaseIterable {
  case nearest = 0
  case lanczos = 1
  case bilinear = 2
  case bicubic = 3
  case box = 4
  case hamming = 5

  /// Half the kernel's width in source pixels when the picture grows.
  var support: Double {
    switch self {
    case .nearest: 0
    case .lanczos: 3
    case .bilinear: 1
    case .bicubic: 2
    case .box: 0.5
    case .hamming: 1
    }
  }

  /// The kernel at distance `x`.
  func weight(at x: Double) -> Double {
    switch self {
    case .nearest: 0
    case .lanczos: x >= -3 && x < 3 ? Self.sinc(x) * Self.sinc(x / 3) : 0
    case .bilinear: max(1 - abs(x), 0)
    case .bicubic: Self.cubic(abs(x))
    case .box: x > -0.5 && x <= 0.5 ? 1 : 0
    case .hamming: Self.hammingWindow(abs(x))
    }
  }

  private static func sinc(_ x: Double) -> Double {
    if x == 0 { return 1 }
    return sin(x * .pi) / (x * .pi)
  }

  /// Keys' cubic with a = -0.5.
  private static func cubic(_ x: Double) -> Double {
    let a = -0.5
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
    return 0
  }

  private static func hammingWindow(_ x: Double) -> Double {
    if x == 0 { return 1 }
    if x >= 1 { return 0 }
    let angle = x * .pi
    return sin(angle) / angle * (0.54 + 0.46 * cos(angle))
  }
}
