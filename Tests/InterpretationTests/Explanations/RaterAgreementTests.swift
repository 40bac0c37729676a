import Explanations
import TestSupport
import Testing

/// Agreement of raters, held to scikit-learn's `cohen_kappa_score`.
@Suite struct RaterAgreementTests {
  private struct Case: Decodable {
    let first: [String]
    let second: [String]
    let kappa: Double?
  }

  @Test func kappaIsThatOfScikitLearn() throws {
    let cases = try Fixtures.json("scores/agreement.json", as: [Case].self)
    #expect(cases.count > 20)
    for given in cases {
      let found = Agreement(Array(zip(given.first, given.second)))
      #expect(found.count == given.first.count)
      guard let expected = given.kappa else {
        #expect(found.kappa == nil)
        continue
      }
      #expect(abs(try #require(found.kappa) - expected) < 1e-12)
    }
  }

  @Test func withoutAnswersThereIsNone() {
    let none = Agreement([(Bool, Bool)]())
    #expect(none.kappa == nil && none.count == 0)
  }
}
