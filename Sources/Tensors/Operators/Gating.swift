import CKernels

/// activation(gate) ⊙ up, all `[T, F]`.
package func gated(
  _ gate: Matrix, up: Matrix, by activation: GateActivation, team: ThreadTeam? = nil,
  path: KernelPath = .best
) -> Matrix {
  let code = activation.code
  return unsafe gate.mapRows(with: up, team: team) { a, u, y, rows in
    unsafe kernel_gate(path.code, code, a, u, y, rows * gate.columns)
  }
}

/// The gradients at gate and up from the gradient at the output, all `[T, F]`. With `sharing` the
/// sigmoid counts as a constant and the product's gradient is halved to each factor, so that Σ
/// gate·dgate + Σ up·dup = Σ y·dy.
package func gatedPullback(
  _ gate: Matrix, up: Matrix, by activation: GateActivation, outputGradient: Matrix,
  sharing: Bool = false, team: ThreadTeam? = nil, path: KernelPath = .best
) -> (gate: Matrix, up: Matrix) {
  precondition(
    outputGradient.rows == gate.rows && outputGradient.columns == gate.columns,
    "[\(outputGradient.rows), \(outputGradient.columns)] for [\(gate.rows), \(gate.columns)]")
  let upGradient = Matrix(uninitializedRows: up.rows, columns: up.columns)
  let gateGradient = Matrix(uninitializedRows: gate.rows, columns: gate.columns)
  let columns = gate.columns
  precondition(up.rows == gate.rows && up.columns == columns, "gate and up differ in shape")
  let code = activation.code
  let kernel = unsafe sharing ? kernel_gate_shared_pullback : kernel_gate_pullback
  forRowRanges(rows: gate.rows, columns: columns, team: team) { range in
    let offset = range.lowerBound * columns
    unsafe gate.withPointer { a in
      unsafe up.withPointer { u in
        unsafe outputGradient.withPointer { g in
          unsafe kernel(
            path.code, code, a + offset, u + offset, g + offset,
            gateGradient.storage.pointer + offset, upGradient.storage.pointer + offset,
            range.count * columns)
        }
      }
    }
  }
  return (gateGradient, upGradient)
}
