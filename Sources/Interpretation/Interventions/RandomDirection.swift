import Glibc
import Randomness
package import Tensors

/// A direction of the residual stream that nothing but a seed chose: a control's.
package struct RandomDirection: Sendable, Equatable {
  /// Of length 1, `[D]`.
  package let unit: [Float]

  /// Uniform on the sphere.
  package init(seed: UInt64, dimensions: Int) {
    var random = SplitMix64(seed: seed)
    var values: [Double] = []
    while values.count < dimensions {
      // Two independent normal numbers of two uniform ones (Box and Muller 1958).
      let radius = (-2 * log(1 - (random.nextUnit() as Double))).squareRoot()
      let angle = 2 * Double.pi * (random.nextUnit() as Double)
      values += [radius * cos(angle), radius * sin(angle)]
    }
    values.removeLast(values.count - dimensions)
    let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    unit = values.map { Float($0 / length) }
  }

  /// `own` with each row moved along the direction, as far as `changed` is from it: `[T, D]`.
  package func moving(_ own: Matrix, asFarAs changed: Matrix) -> Matrix {
    let difference = changed - own
    var moved = own
    for (row, squared) in difference.rowDots(difference).enumerated() where squared > 0 {
      let distance = Float(squared.squareRoot())
      moved.setRow(row, zip(own.row(row), unit).map { $0 + distance * $1 })
    }
    return moved
  }
}
