import Tensors

/// Loops along contiguous float32 rows. With the extensions below, the one place of this room that
/// touches memory without bounds checks: every caller has checked its sizes and indices.
enum VectorLoops {
  /// Σ a·b, in eight partial sums.
  @inline(__always)
  static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Float {
    var sums = SIMD8<Float>.zero
    let whole = count & ~7
    var place = 0
    while place < whole {
      let left = unsafe UnsafeRawPointer(a + place).loadUnaligned(as: SIMD8<Float>.self)
      let right = unsafe UnsafeRawPointer(b + place).loadUnaligned(as: SIMD8<Float>.self)
      sums += left * right
      place += 8
    }
    var total = sums.sum()
    while place < count {
      unsafe total += a[place] * b[place]
      place += 1
    }
    return total
  }

  /// y += scale · x
  @inline(__always)
  static func add(
    _ scale: Float, _ x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    for place in 0..<count { unsafe y[place] += scale * x[place] }
  }
}

extension Matrix {
  /// Lends the elements, row after row. An empty matrix has none, and `body` is not called.
  func withElements(_ body: (UnsafePointer<Float>) -> Void) {
    withSpan { span in
      unsafe span.withUnsafeBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        unsafe body(base)
      }
    }
  }

  /// Lends the elements to be changed, row after row.
  mutating func withMutableElements(_ body: (UnsafeMutablePointer<Float>) -> Void) {
    withMutableSpan { span in
      unsafe span.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        unsafe body(base)
      }
    }
  }

  /// Lends the rows to be changed, one after the other, with their index.
  mutating func eachMutableRow(_ body: (Int, UnsafeMutablePointer<Float>) -> Void) {
    let (rows, columns) = (self.rows, self.columns)
    unsafe withMutableElements { base in
      for row in 0..<rows { unsafe body(row, base + row * columns) }
    }
  }
}
