import Explanations
import FeatureIndex
import Randomness
import Testing

/// Which pictures a judge is asked about.
@Suite struct JudgeDrawTests {
  private let grid = GridSize(rows: 4, columns: 4)

  /// Peaks fall with the number, unless they are given.
  private func active(
    _ count: Int, seen: Set<Int> = [], lit: (Int) -> [Int] = { [$0 % 16] }
  ) -> [ActivePicture] {
    (0..<count).map { number in
      let cells = lit(number)
      return ActivePicture(
        item: number,
        lit: LitCells(
          ActivationMap(
            positions: cells.map { UInt16($0) }, values: cells.map { _ in 1 }), on: grid),
        peak: Float(1000 - number), wasSeen: seen.contains(number))
    }
  }

  private func inactive(_ count: Int) -> [InactivePicture] {
    (0..<count).map { InactivePicture(item: 1000 + $0, grid: grid) }
  }

  private func detection(
    _ draw: JudgeDraw, _ questions: Int, seed: UInt64 = 1
  ) -> [JudgeTrial] {
    var random = SplitMix64(seed: seed)
    return draw.detection(questions: questions, &random)
  }

  @Test func halfOfThePicturesAreActiveOneOfEachQuantile() {
    let draw = JudgeDraw(active: active(40).shuffled(), inactive: inactive(30))
    for seed in 0..<20 {
      let trials = detection(draw, 10, seed: UInt64(seed))
      #expect(trials.map(\.truth) == [1, 1, 1, 1, 1, 0, 0, 0, 0, 0])
      let items = trials.flatMap { $0.pictures.map(\.item) }
      #expect(items.prefix(5).map { $0 / 8 } == [0, 1, 2, 3, 4])
      #expect(items.suffix(5).allSatisfy { $0 >= 1000 } && Set(items).count == 10)
      #expect(trials.allSatisfy { $0.pictures.count == 1 && $0.pictures[0].lit == nil })
    }
    #expect(detection(draw, 10) == detection(draw, 10))
    #expect(detection(draw, 10) != detection(draw, 10, seed: 2))
  }

  @Test func whatTheExplainerSawIsShownWhereThereIsNothingElse() {
    let seen: Set = [0, 1, 2, 3, 4]
    func shown(_ count: Int) -> Set<Int> {
      Set(
        detection(JudgeDraw(active: active(count, seen: seen), inactive: inactive(9)), 10)
          .filter { $0.truth == 1 }.map { $0.pictures[0].item })
    }
    #expect(shown(10) == [5, 6, 7, 8, 9])
    #expect(shown(20).isDisjoint(with: seen))
    #expect(shown(7).isSuperset(of: [5, 6]) && shown(7).count == 5)
    #expect(shown(5) == seen)
  }

  @Test func thereAreAsManyOfEitherHalfAsThereAre() {
    func count(_ active: Int, _ inactive: Int, _ questions: Int) -> Int {
      let trials = detection(
        JudgeDraw(active: self.active(active), inactive: self.inactive(inactive)), questions)
      #expect(trials.count { $0.truth == 1 } == trials.count { $0.truth == 0 })
      return trials.count
    }
    #expect(count(3, 20, 10) == 6 && count(20, 2, 10) == 4 && count(20, 20, 3) == 2)
    #expect(count(0, 20, 10) == 0 && count(20, 0, 10) == 0)
  }

  @Test func picturesAreLitRightlyAndWronglyOnceEach() throws {
    var random = SplitMix64(seed: 4)
    let pictures = active(12) { [$0 % 16, ($0 + 1) % 16] }
    let trials = JudgeDraw(active: pictures, inactive: []).fuzz(questions: 10, &random)
    #expect(trials.count == 10)
    for pair in stride(from: 0, to: 10, by: 2) {
      let (right, wrong) = (trials[pair], trials[pair + 1])
      #expect(right.truth == 1 && wrong.truth == 0)
      #expect(right.pictures[0].item == wrong.pictures[0].item)
      let (own, other) = (
        try #require(right.pictures[0].lit), try #require(wrong.pictures[0].lit)
      )
      #expect(own == pictures[right.pictures[0].item].lit && own.count == other.count)
      #expect(zip(own.isLit, other.isLit).allSatisfy { !($0 && $1) })
    }
    // Of what is active nearly everywhere there is no other half.
    let full = active(12) { _ in Array(0..<9) }
    #expect(JudgeDraw(active: full, inactive: []).fuzz(questions: 10, &random).isEmpty)
  }

  @Test func detectionAndFuzzShowTheSamePictures() {
    let draw = JudgeDraw(active: active(40), inactive: inactive(40))
    var (one, other) = (SplitMix64(seed: 8), SplitMix64(seed: 8))
    let plain = draw.detection(questions: 10, &one).filter { $0.truth == 1 }
    let lit = draw.fuzz(questions: 10, &other).filter { $0.truth == 1 }
    #expect(plain.map { $0.pictures[0].item } == lit.map { $0.pictures[0].item })
  }

  @Test func anIntruderIsAmongFourOfOneQuantile() throws {
    var random = SplitMix64(seed: 2)
    let pictures = active(40) { [$0 % 16, ($0 + 4) % 16, ($0 + 5) % 16] }
    let draw = JudgeDraw(active: pictures, inactive: inactive(7))
    let rounds = draw.intruder(rounds: 400, &random)
    #expect(rounds.count == 400)
    for (number, round) in rounds.enumerated() {
      #expect(round.pictures.count == 5)
      let intruder = round.pictures[round.truth - 1]
      var others = round.pictures
      others.remove(at: round.truth - 1)
      #expect(intruder.item >= 1000 && Set(others.map(\.item)).count == 4)
      // Ten quantiles of four.
      #expect(others.allSatisfy { $0.item / 4 == number % 10 })
      #expect(others.allSatisfy { $0.lit == pictures[$0.item].lit })
      #expect(try #require(intruder.lit).count == 3)
    }
    // The intruder stands everywhere alike: 400 rounds, five places, 4.5 standard deviations.
    for place in 1...5 {
      let found = rounds.count { $0.truth == place }
      #expect(abs(Double(found) - 80) < 4.5 * 8)
    }
    let few = JudgeDraw(active: active(3), inactive: inactive(7))
    #expect(few.intruder(rounds: 5, &random).isEmpty)
    #expect(JudgeDraw(active: active(8), inactive: []).intruder(rounds: 5, &random).isEmpty)
  }
}
