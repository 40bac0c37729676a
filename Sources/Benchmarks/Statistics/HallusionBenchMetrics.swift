/// HallusionBench's numbers (`tianyi-lab/HallusionBench`, utils.py).
struct HallusionBenchMetrics {
  private typealias Placed = (answer: AnsweredQuestion, place: HallusionPlace)
  private let answers: [Placed]

  init(_ answers: [AnsweredQuestion]) {
    self.answers = answers.compactMap { answer in answer.item.place.map { (answer, $0) } }
  }

  var metrics: [Metric] {
    let figures = answers.filter { $0.place.category != "VS" || $0.place.figure != "0" }
    return [
      Metric("aAcc", right { _ in true }), Metric("qAcc", wholeQuestions { _ in true }),
      Metric("fAcc", whole(figures) { [$0.group, $0.set, $0.figure] }),
      // The script prints these as "easy aAcc" and "hard aAcc", and counts whole groups.
      Metric("easyAcc", wholeQuestions { $0.visualInput != "2" }),
      Metric("hardAcc", wholeQuestions { $0.visualInput == "2" }),
      Metric("textOnlyAcc", right { $0.visualInput == "0" }),
      Metric("yesDifference", yesDifference), Metric("falsePositiveRatio", falsePositives),
    ]
  }

  private func right(where holds: (HallusionPlace) -> Bool) -> Rate {
    Rate(of: answers.filter { holds($0.place) }) { $0.answer.isRight }
  }

  /// The share of questions that are answered right with every figure.
  private func wholeQuestions(where holds: (HallusionPlace) -> Bool) -> Rate {
    whole(answers.filter { holds($0.place) }) { [$0.group, $0.set, $0.question] }
  }

  /// The share of groups all of whose answers are right.
  private func whole(
    _ answers: [Placed], by group: (HallusionPlace) -> [String]
  ) -> Rate {
    Rate(of: Dictionary(grouping: answers) { group($0.place) }.values) {
      $0.allSatisfy { $0.answer.isRight }
    }
  }

  /// The share of Yes among the answers, less that among the right ones. As in the script an answer
  /// is not looked at: one that is right is the truth, any other its opposite.
  private var yesDifference: Double? {
    let said = Rate(of: answers) { ($0.answer.truth == .yes) == $0.answer.isRight }
    let right = Rate(of: answers) { $0.answer.truth == .yes }
    guard let said = said.value, let right = right.value else { return nil }
    return said - right
  }

  /// Of what is not right, the share whose right answer is No.
  private var falsePositives: Rate {
    Rate(of: answers.filter { !$0.answer.isRight }) { $0.answer.truth == .no }
  }
}
