import Tensors
import Testing

@Suite struct MatrixTests {
  let matrix = Matrix(rows: 3, columns: 2, values: [1, 2, 3, 4, 5, 6])

  @Test func copiesDoNotChangeWithTheOriginal() {
    var changed = matrix
    changed[1, 1] = 9
    #expect(matrix[1, 1] == 4 && changed[1, 1] == 9)
    var other = changed
    other.setRow(0, [7, 8])
    other.withMutableSpan { $0[5] = 0 }
    #expect(changed.values == [1, 2, 3, 9, 5, 6] && other.values == [7, 8, 3, 9, 5, 0])
    var sum = matrix
    sum += matrix
    #expect(matrix.values == [1, 2, 3, 4, 5, 6] && sum == matrix.scaled(by: 2))
    #expect(sum - matrix == matrix && matrix + matrix == sum)
  }

  @Test func appendsKeepEarlierCopies() {
    var grown = Matrix(rows: 0, columns: 2)
    var copies: [Matrix] = []
    for i in 0..<20 {
      copies.append(grown)
      grown.append(Matrix(rows: 1, columns: 2, values: [Float(i), 0]))
    }
    var branch = copies[10]
    branch.append(matrix)
    #expect((0..<20).allSatisfy { copies[$0].rows == $0 && grown[$0, 0] == Float($0) })
    #expect(branch[10, 0] == 1 && grown[10, 0] == 10)
    #expect(Matrix(stacking: [matrix, matrix]).slice(rows: 3..<6) == matrix)
    var reserved = matrix
    reserved.reserve(rows: 100)
    reserved.append(reserved)
    #expect(reserved == Matrix(stacking: [matrix, matrix]))
  }

  @Test func replacesRows() {
    var changed = matrix
    changed.replace(rows: 1..<3, with: matrix.slice(rows: 0..<2))
    #expect(changed.values == [1, 2, 1, 2, 3, 4])
    changed.replace(rows: 0..<0, with: Matrix(rows: 0, columns: 2))
    #expect(changed.row(2) == [3, 4])
  }

  @Test func findsTheFirstNumberThatIsNone() {
    #expect(matrix.firstNonFinite() == nil)
    var bad = matrix
    bad[2, 0] = -.infinity
    bad[1, 1] = .nan
    let found = bad.firstNonFinite()
    #expect(found?.row == 1 && found?.column == 1)
    #expect(bad.maxMagnitude.isNaN && bad != bad)
  }

  @Test func measuresErrorsAgainstTheLargest() {
    var other = matrix
    other[0, 0] = 1.5
    #expect(other.relativeError(to: matrix) == 0.5 / 6)
    #expect(matrix.relativeError(to: matrix) == 0 && matrix.maxMagnitude == 6)
    #expect(matrix.scaled(by: -1).maxMagnitude == 6)
    #expect(matrix.dot(row: 2, with: [10, 1]) == 56)
    for count in 1...70 {
      let ramp = Matrix(rows: 1, columns: count, values: (0..<count).map { Float($0) })
      #expect(ramp.maxMagnitude == Float(count - 1))
      #expect(
        ramp.dot(row: 0, with: ramp.row(0)) == Float((count - 1) * count * (2 * count - 1) / 6))
    }
  }

  @Test func productsTransposeEitherFactor() {
    let b = Matrix(rows: 2, columns: 2, values: [1, 0, 2, 1])
    let expected = Matrix(rows: 3, columns: 2, values: [5, 2, 11, 4, 17, 6])
    let transposed = Matrix(rows: 2, columns: 3, values: [1, 3, 5, 2, 4, 6])
    let bTransposed = Matrix(rows: 2, columns: 2, values: [1, 2, 0, 1])
    #expect(product(matrix, b) == expected)
    #expect(product(transposed, b, transposeA: true) == expected)
    #expect(product(matrix, bTransposed, transposeB: true) == expected)
    #expect(product(transposed, bTransposed, transposeA: true, transposeB: true) == expected)
    #expect(
      product(Matrix(rows: 2, columns: 0), Matrix(rows: 0, columns: 3))
        == Matrix(rows: 2, columns: 3))
  }
}
