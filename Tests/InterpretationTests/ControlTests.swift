import Autoencoders
import Interpretation
import Tensors
import Testing

/// What random controls are drawn by.
@Suite struct ControlTests {
  @Test func aTurnedChangeIsAsLongAndElsewhere() {
    let direction = RandomDirection(seed: 7, dimensions: 64)
    let length = direction.unit.reduce(0) { $0 + $1 * $1 }
    #expect(abs(length - 1) < 1e-5)
    #expect(direction == RandomDirection(seed: 7, dimensions: 64))
    #expect(direction != RandomDirection(seed: 8, dimensions: 64))
    let own = Matrix(rows: 3, columns: 64, values: (0..<192).map { Float($0 % 7) })
    var changed = own
    changed.setRow(1, own.row(1).map { $0 + 0.5 })
    changed.setRow(2, own.row(2).map { -$0 })
    let moved = direction.moving(own, asFarAs: changed)
    #expect(moved.row(0) == own.row(0))
    for row in 1..<3 {
      let wanted = zip(changed.row(row), own.row(row)).reduce(Float(0)) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }
      let step = zip(moved.row(row), own.row(row)).map { $0 - $1 }
      let found = step.reduce(Float(0)) { $0 + $1 * $1 }
      #expect(abs(found - wanted) < 1e-3 * wanted)
      let along = zip(step, direction.unit).reduce(Float(0)) { $0 + $1.0 * $1.1 }
      #expect(abs(along - wanted.squareRoot()) < 1e-3 * wanted.squareRoot())
    }
  }

  /// The mean of many directions' products with a vector is 0, that of their squares 1 / D.
  @Test func directionsAreUniform() {
    let products = (0..<4000).map { seed in
      RandomDirection(seed: UInt64(seed), dimensions: 5).unit[seed % 5]
    }
    let mean = products.reduce(0, +) / 4000
    let square = products.reduce(0) { $0 + $1 * $1 } / 4000
    #expect(abs(mean) < 0.03 && abs(square - 0.2) < 0.015)
  }

  @Test func latentsAreAlikeInCountAndStrength() {
    var code = SparseCode(latentCount: 6)
    code.appendRow([(0, 2), (1, 2), (3, 9)])
    code.appendRow([(0, 2), (1, 3), (2, 2)])
    code.appendRow([(0, 2), (4, 2)])
    var activity = LatentActivity(latentCount: 6)
    activity.add(code, positions: nil)
    #expect(activity.counts == [3, 2, 1, 1, 1, 0])
    #expect(activity.mean(of: 1) == 2.5 && activity.mean(of: 5) == 0)
    // |log(2/3)| + |log(1.25)|, then log 3, then log 3 + log 4.5.
    #expect(activity.latents(like: 0, besides: [], limit: 9) == [1, 2, 4, 3])
    #expect(activity.latents(like: 0, besides: [1, 2], limit: 1) == [4])
    #expect(activity.latents(like: 5, besides: [], limit: 2) == [2, 3])
    var last = LatentActivity(latentCount: 6)
    last.add(code, positions: [2..<3])
    #expect(last.counts == [1, 0, 0, 0, 1, 0])
  }
}
