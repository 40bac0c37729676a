import Autoencoders
import Testing

/// A code by hand, and what changes after top-k make of it.
@Suite struct SparseCodeTests {
  private var code: SparseCode {
    var code = SparseCode(latentCount: 10)
    code.appendRow([(4, 1), (2, 3), (9, 1), (5, 0)])
    code.appendRow([])
    code.appendRow([(0, 2)])
    return code
  }

  private func rows(_ code: SparseCode) -> [[Int: Float]] {
    (0..<code.rows).map { row in
      let (indices, values) = code.row(row)
      return Dictionary(uniqueKeysWithValues: zip(indices.map(Int.init), values))
    }
  }

  @Test func rowsAreSortedAndFreeOfZeros() {
    #expect(Array(code.row(0).indices) == [2, 4, 9])
    #expect(Array(code.row(0).values) == [3, 1, 1])
    #expect(code.row(1).indices.isEmpty)
    #expect(code.value(row: 0, latent: 9) == 1)
    #expect(code.value(row: 2, latent: 9) == 0)
    #expect(code.activeLatents() == [0, 2, 4, 9])
    #expect(abs(code.l0 - 4.0 / 3) < 1e-12)
  }

  @Test func everyRuleChangesWhatItNames() throws {
    let changed = try code.changing([
      LatentChange(rows: [0..<2], latent: 2, rule: .clamp(-7)),
      LatentChange(rows: [0..<1, 0..<1], latent: 4, rule: .add(0.5)),
      LatentChange(rows: [0..<3], latent: 9, rule: .scale(3)),
      LatentChange(rows: [0..<3], latent: 0, rule: .zero),
      LatentChange(rows: [2..<3], latent: 7, rule: .add(1)),
      LatentChange(rows: [2..<3], latent: 7, rule: .scale(4)),
    ])
    #expect(rows(changed) == [[2: -7, 4: 1.5, 9: 3], [2: -7], [7: 4]])
    #expect(Array(changed.row(0).indices) == [9, 4, 2], "sorted again")
  }

  @Test func noChangeAndEmptyRangesLeaveItEqual() throws {
    #expect(try code.changing([]) == code)
    #expect(try code.changing([LatentChange(rows: [], latent: 1, rule: .clamp(4))]) == code)
    #expect(try code.changing([LatentChange(rows: [3..<3], latent: 1, rule: .clamp(4))]) == code)
  }

  @Test func refusesAValueThatOverflows() {
    var code = SparseCode(latentCount: 2)
    code.appendRow([(0, 1e30)])
    let change = LatentChange(rows: [0..<1], latent: 0, rule: .scale(1e30))
    #expect(throws: AutoencoderError.self) { try code.changing([change]) }
  }

  @Test func differenceHoldsWhatDiffers() throws {
    let changed = try code.changing([
      LatentChange(rows: [0..<3], latent: 4, rule: .clamp(6)),
      LatentChange(rows: [0..<1], latent: 2, rule: .zero),
    ])
    #expect(rows(try changed.difference(from: code)) == [[4: 5, 2: -3], [4: 6], [4: 6]])
    #expect(try code.difference(from: code).activeCount == 0)
    #expect(throws: AutoencoderError.self) {
      try code.difference(from: SparseCode(latentCount: 10))
    }
    #expect(throws: AutoencoderError.self) {
      try SparseCode(latentCount: 10).difference(from: SparseCode(latentCount: 11))
    }
  }

  @Test func slicesAndJoinsAreTheSameRows() {
    var joined = code.slice(rows: 0..<1)
    joined.append(code.slice(rows: 1..<3))
    #expect(joined == code)
    #expect(joined.byteCount < 200)
  }
}
