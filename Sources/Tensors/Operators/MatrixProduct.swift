/// a·b in float32 through OpenBLAS, with either factor transposed: a `[M, K]` (or `[K, M]`), b `[K,
/// N]` (or `[N, K]`) → `[M, N]`.
package func product(
  _ a: Matrix, _ b: Matrix, transposeA: Bool = false, transposeB: Bool = false,
  team: ThreadTeam? = nil
) -> Matrix {
  let (m, k) = transposeA ? (a.columns, a.rows) : (a.rows, a.columns)
  let (inner, n) = transposeB ? (b.columns, b.rows) : (b.rows, b.columns)
  precondition(
    k == inner,
    "[\(a.rows), \(a.columns)]\(transposeA ? "ᵀ" : "") · [\(b.rows), "
      + "\(b.columns)]\(transposeB ? "ᵀ" : "")"
  )
  var result = Matrix(uninitializedRows: m, columns: n)
  unsafe result.withMutablePointer { c in
    unsafe a.withPointer { left in
      unsafe b.withPointer { right in
        unsafe multiply(
          left, stride: a.columns, transposed: transposeA, right, stride: b.columns,
          transposed: transposeB, into: c, stride: n, m: m, n: n, k: k, beta: 0,
          threads: team?.threadCount ?? 1)
      }
    }
  }
  return result
}
