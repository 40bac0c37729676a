import Tensors

/// `code` · W + bias: [T, M] · [M, D] → [T, D], reading only the rows of W that are active.
func sparseProduct(
  _ code: SparseCode, _ weights: WeightMatrix, bias: [Float]?, team: ThreadTeam
) -> Matrix {
  let width = weights.columns
  let start = bias ?? [Float](repeating: 0, count: width)
  var output = Matrix(rows: code.rows, columns: width)
  unsafe output.withMutableElements { base in
    nonisolated(unsafe) let output = unsafe base
    eachRow(of: code, team: team) { row in
      let range = code.range(ofRow: row)
      let target = unsafe output + row * width
      for place in 0..<width { unsafe target[place] = start[place] }
      let rows = weights.gather(rows: code.indices[range].map(Int.init))
      unsafe rows.withElements { source in
        for (place, value) in code.values[range].enumerated() {
          unsafe VectorLoops.add(value, source + place * width, to: target, width)
        }
      }
    }
  }
  return output
}

/// W[j] · x_t for every active (t, j) of `code`, in the code's order; x [T, D].
func sparseDots(
  _ code: SparseCode, _ weights: WeightMatrix, _ x: Matrix, team: ThreadTeam
) -> [Float] {
  precondition(x.rows == code.rows && x.columns == weights.columns)
  let width = weights.columns
  var output = Matrix(rows: 1, columns: code.activeCount)
  unsafe output.withMutableElements { base in
    nonisolated(unsafe) let output = unsafe base
    unsafe x.withElements { base in
      nonisolated(unsafe) let vectors = unsafe base
      eachRow(of: code, team: team) { row in
        let range = code.range(ofRow: row)
        let rows = weights.gather(rows: code.indices[range].map(Int.init))
        unsafe rows.withElements { source in
          for (place, index) in range.enumerated() {
            unsafe output[index] = unsafe VectorLoops.dot(
              source + place * width, vectors + row * width, width)
          }
        }
      }
    }
  }
  return output.values
}

/// target[j] += value_tj · x_t for every active (t, j) of `code`: the outer product [M, D] of a
/// sparse [T, M] and a dense x [T, D]. `values` stand beside the code's indices.
///
/// Threads share the columns, so that the order of additions, and with it the result, is the same
/// for every number of threads.
func addSparseOuterProduct(
  _ code: SparseCode, values: [Float], _ x: Matrix, to target: inout Matrix, team: ThreadTeam
) {
  precondition(values.count == code.activeCount && x.rows == code.rows)
  precondition(x.columns == target.columns && target.rows == code.latents)
  let width = target.columns
  let parts = min(team.threadCount, max(1, width / 32))
  unsafe target.withMutableElements { base in
    nonisolated(unsafe) let target = unsafe base
    unsafe x.withElements { base in
      nonisolated(unsafe) let vectors = unsafe base
      team.run(parts) { part in
        let first = width * part / parts
        let count = width * (part + 1) / parts - first
        for row in 0..<code.rows {
          for index in code.range(ofRow: row) {
            let latent = Int(code.indices[index])
            unsafe VectorLoops.add(
              values[index], vectors + row * width + first, to: target + latent * width + first,
              count)
          }
        }
      }
    }
  }
}

/// Calls `body` once for each row of `code`, the rows shared among the team in runs.
private func eachRow(
  of code: SparseCode, team: ThreadTeam, _ body: @Sendable (Int) -> Void
) {
  guard code.rows > 0 else { return }
  let rows = code.rows
  let parts = min(rows, team.threadCount * 4)
  team.run(parts) { part in
    for row in (rows * part / parts)..<(rows * (part + 1) / parts) { body(row) }
  }
}
