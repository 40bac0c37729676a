import Interpretation
import Testing

@Suite struct AgreementTests {
  @Test(arguments: AttributionBench.names)
  func statisticsAreThoseOfSciPy(_ name: String) throws {
    for list in try AttributionBench(name).reference.statistics.lists {
      let found = Agreement(predicted: list.predicted, measured: list.measured)
      #expect(found.count == list.predicted.count)
      #expect(abs(try #require(found.pearson) - list.pearson) < 1e-6, "\(list.name)")
      #expect(abs(try #require(found.spearman) - list.spearman) < 1e-6, "\(list.name)")
      #expect(abs(try #require(found.slope) - list.slope) < 1e-5 * max(1, abs(list.slope)))
    }
  }

  @Test func correlationsOverFewPairsAreNotTold() {
    let few = Agreement(predicted: [1, 2, 3], measured: [1, 2, 3])
    #expect(few.pearson == nil && few.spearman == nil && few.slope == nil)
    #expect(few.doubts == [.tooFew(3)])
    #expect(Agreement(predicted: [], measured: []).doubts.isEmpty)
  }

  @Test func whatDisagreesIsDoubted() {
    let up = (1...10).map(Double.init)
    #expect(Agreement(predicted: up, measured: up.map { 2 * $0 }).doubts.isEmpty)
    let down = Agreement(predicted: up, measured: up.map { -$0 })
    #expect(down.wrongSigns == 10 && down.signsCounted == 10)
    #expect(down.doubts == [.correlation(-1), .signs(wrong: 10, of: 10)])
    let flat = Agreement(predicted: up, measured: up.map { _ in 1 })
    #expect(flat.pearson == nil && flat.doubts == [.noVariance])
  }

  /// The sign of a fall that is next to nothing says nothing.
  @Test func negligibleFallsHaveNoSignThatCounts() {
    let measured = [10.0, 9, 8, 7, 6, 5, 4, 0.1, -0.1]
    let predicted = [10.0, 9, 8, 7, 6, 5, 4, -0.1, 0.1]
    let found = Agreement(predicted: predicted, measured: measured)
    #expect(found.signsCounted == 7 && found.wrongSigns == 0)
  }
}
