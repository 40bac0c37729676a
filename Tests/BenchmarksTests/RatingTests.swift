import Benchmarks
import Foundation
import JSON
import TestSupport
import Testing

/// A judge's ratings: their mean, and their file.
@Suite struct RatingTests {
  private let header = RatingSheet.Header(
    concept: "joy", judge: "j", method: "chat", form: "json", questionDigest: "d")

  /// Against SciPy's (Tests/Fixtures/make/benchmarks.py).
  @Test func scoresAreHarmonicMeans() throws {
    let cases = try #require(
      try MetricTests.fixture("statistics.json")["harmonicMean"]?.arrayValue)
    #expect(cases.count == 27)
    for each in cases {
      let given = try #require(each["ratings"]?.arrayValue).compactMap(\.plainInteger)
      let ratings = Ratings(Dictionary(uniqueKeysWithValues: zip(RatedQuality.allCases, given)))
      let mean = try #require(each["mean"]?.numberValue)
      #expect(abs(try #require(ratings.score) - mean) < 1e-12, "\(given)")
    }
    #expect(Ratings([.concept: 2, .fluency: 2]).score == nil)
  }

  @Test func ratingsAreThereAgain() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/ratings"
    let subject = RatingSheet.Subject(id: "a", text: "so\n\"glad\"")
    do {
      let journal = try RatingJournal(path: path, header: header)
      for (quality, rating) in zip(RatedQuality.allCases, [2, 1, 2]) {
        try journal.add(.init(subject, quality, rating: rating))
      }
      #expect(throws: AnswerSheetError.self) { try RatingJournal(path: path, header: header) }
    }
    let whole = try Data(contentsOf: URL(filePath: path))
    #expect(try RatingSheet(path: path)[subject].score == 1.5)
    try (whole + Data(#"{"id":"a","te"#.utf8)).write(to: URL(filePath: path))
    let again = try RatingJournal(path: path, header: header)
    #expect(again.sheet[subject] == Ratings([.concept: 2, .instruction: 1, .fluency: 2]))
    #expect(try Data(contentsOf: URL(filePath: path)) == whole)
  }

  @Test func anotherJudgesFileIsLeftAsItIs() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/ratings"
    _ = try RatingJournal(path: path, header: header)
    let before = try Data(contentsOf: URL(filePath: path))
    let other = RatingSheet.Header(
      concept: "joy", judge: "k", method: "chat", form: "word", questionDigest: "d")
    let error = #expect(throws: AnswerSheetError.self) {
      try RatingJournal(path: path, header: other)
    }
    #expect(error?.kind == .otherSettings && "\(error?.reason ?? "")".contains("judge, answer"))
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
  }
}
