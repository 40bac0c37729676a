import Benchmarks
import Randomness

/// Questions in two halves that share no picture: one to choose by, one to report on.
struct SearchHalves {
  /// Of each half, what is answered wrong and is to be put right.
  private(set) var failing: (choosing: [QuestionItem], heldOut: [QuestionItem]) = ([], [])
  /// What is answered right and is to be kept.
  private(set) var keeping: (choosing: [QuestionItem], heldOut: [QuestionItem]) = ([], [])

  /// Pictures with something to put right are dealt out first, each half as many as the other,
  /// then those without.
  ///
  /// - Parameters:
  ///   - plain: what the plain model answers, in the order of the questions.
  ///   - failing: kinds of what is to be put right; nil for all.
  ///   - keeping: kinds of what is to be kept; nil for all.
  init(_ plain: [AnsweredQuestion], failing: [String]?, keeping: [String]?, seed: UInt64) {
    func isOf(_ kinds: [String]?, _ item: QuestionItem) -> Bool {
      kinds.map { item.kind.map($0.contains) == true } ?? true
    }
    let wrong = plain.filter { !$0.isRight && isOf(failing, $0.item) }.map(\.item)
    let right = plain.filter { $0.isRight && isOf(keeping, $0.item) }.map(\.item)
    let withWrong = Set(wrong.map(\.scene))
    var random = SplitMix64(seed: seed)
    var scenes: [String] = []
    var seen: Set<String> = []
    for answer in plain where seen.insert(answer.item.scene).inserted {
      scenes.append(answer.item.scene)
    }
    var chosen: Set<String> = []
    for group in [scenes.filter(withWrong.contains), scenes.filter { !withWrong.contains($0) }] {
      for (place, scene) in Self.shuffled(group, &random).enumerated() where place % 2 == 0 {
        chosen.insert(scene)
      }
    }
    func halves(_ items: [QuestionItem]) -> (choosing: [QuestionItem], heldOut: [QuestionItem]) {
      (items.filter { chosen.contains($0.scene) }, items.filter { !chosen.contains($0.scene) })
    }
    self.failing = halves(wrong)
    self.keeping = halves(right)
  }

  /// Questions in either half.
  var count: Int {
    failing.choosing.count + failing.heldOut.count + keeping.choosing.count
      + keeping.heldOut.count
  }

  private static func shuffled(_ scenes: [String], _ random: inout SplitMix64) -> [String] {
    var scenes = scenes
    for place in scenes.indices.dropLast() {
      let other = place + Int(random.next(below: UInt64(scenes.count - place)))
      scenes.swapAt(place, other)
    }
    return scenes
  }
}
