import Foundation
import Tensors
import TestSupport
import Testing
import Torch

/// Every operator that the engines share, on a device of PyTorch's against the host's.
@Suite(.enabled(if: InstalledTorch.library != nil, InstalledTorch.absence))
struct EngineTests {
  private static let cases: [any EngineCase] =
    [(1, 1), (1, 64), (3, 37), (70, 130)].flatMap { rows, columns -> [any EngineCase] in
      [NormCase(rows: rows, columns: columns), GateCase(rows: rows, columns: columns)]
    } + [(2, 3), (5, 64), (71, 37)].map { ArithmeticCase(rows: $0, columns: $1) } + [
      RotaryCase(rows: 70, heads: 3, size: 22, positions: .consecutive(from: 0)),
      RotaryCase(rows: 1, heads: 8, size: 64, positions: .consecutive(from: 2_938), scale: 1.2),
      RotaryCase(
        rows: 9, heads: 2, size: 12,
        positions: .listed([
          [4, 4, 4, 4, 4, 4, 7, 8, 9], [4, 4, 4, 5, 5, 5, 7, 8, 9], [4, 5, 6, 4, 5, 6, 7, 8, 9],
        ]), axes: [0, 1, 2, 0, 1, 2]),
      RotaryCase(rows: 0, heads: 2, size: 12, positions: .consecutive(from: 3)),
    ]
    + ScalarType.allCases.flatMap { type in
      [(1, 64, 48, true), (37, 130, 70, true), (70, 33, 257, false), (0, 16, 8, true)].map {
        LinearCase(type: type, rows: $0, inputs: $1, outputs: $2, hasBias: $3)
      }
    } + AttentionCase.all

  /// Float32 sums in other orders: 1e-5 of a tensor's maximum. In bfloat16 the same numbers are
  /// rounded in the same places, so that the bound is the same; but for the weights of attention,
  /// either side's of which are off by 2⁻⁹ of themselves: norms of differences stay below four
  /// times that, as in `RoundedAttentionTests`.
  @Test(arguments: cases.indices, [Precision.float32, .bfloat16])
  func computesWhatTheHostComputes(_ index: Int, precision: Precision) throws {
    let work = Self.cases[index]
    let compute = Compute(team: ThreadTeam(threadCount: 1), precision: precision)
    let expected = try work.results(HostOperators(compute))
    let found = try work.results(InstalledTorch.operators(precision, usesFlash: false))
    #expect(found.keys.sorted() == expected.keys.sorted())
    for (name, wanted) in expected {
      let result = try #require(found[name])
      #expect(result.rows == wanted.rows && result.columns == wanted.columns)
      if precision == .bfloat16, work.roundsElsewhere {
        #expect(Self.normError(result, wanted) < 4 * 0x1p-9, "\(work.name): \(name)")
      } else {
        let error = Self.error(result, wanted, atLeast: work.terms)
        #expect(error <= 1e-5, "\(work.name): \(name)")
      }
    }
  }

  /// Relative to the largest magnitude; −∞ must be where it is expected.
  private static func error(
    _ found: Matrix, _ expected: Matrix, atLeast terms: Float
  ) -> Float {
    var (difference, size): (Float, Float) = (0, terms)
    for (a, b) in zip(found.values, expected.values) {
      if b == -.infinity, a == b { continue }
      guard a.isFinite, b.isFinite else { return .infinity }
      (difference, size) = (max(difference, abs(a - b)), max(size, abs(b)))
    }
    return difference == 0 ? 0 : difference / size
  }

  /// ‖found − expected‖ / ‖expected‖.
  static func normError(_ found: Matrix, _ expected: Matrix) -> Double {
    // Queries that see nothing have −∞ on both sides.
    let pairs = zip(found.values, expected.values).filter { $0 != -.infinity || $1 != $0 }
    let difference = pairs.reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }
    let size = pairs.reduce(0.0) { $0 + pow(Double($1.1), 2) }
    return difference == 0 ? 0 : (difference / size).squareRoot()
  }
}
