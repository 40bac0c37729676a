import Benchmarks
import Testing

/// Which changes are on the front, and which one is taken.
@Suite struct HelpHarmFrontTests {
  private func front(_ points: [(String, Int, Int)]) -> HelpHarmFront<String> {
    HelpHarmFront(points.map { .init($0.0, helped: $0.1, harmed: $0.2) })
  }

  @Test func whatAnotherIsBetterThanIsNotOnTheFront() {
    let found = front([
      ("a", 3, 2), ("b", 5, 2), ("c", 5, 2), ("d", 5, 4), ("e", 0, 0), ("f", 9, 30), ("g", 1, 0),
    ])
    #expect(found.points.map(\.change) == ["g", "b", "f"])
    #expect(front([]).points.isEmpty && front([("a", 0, 0)]).points.isEmpty)
  }

  /// Against every pair, on all small sets.
  @Test func theFrontIsWhatNoOtherDominates() {
    for code in 0..<4096 {
      let points = (0..<3).map { place in
        ("\(place)", code >> (4 * place) & 3, code >> (4 * place + 2) & 3)
      }
      let wanted = Set(
        points.filter { point in
          point.1 > 0
            && !points.contains {
              $0.1 >= point.1 && $0.2 <= point.2 && ($0.1, $0.2) != (point.1, point.2)
            }
        }.map { "\($0.1) \($0.2)" })
      #expect(Set(front(points).points.map { "\($0.helped) \($0.harmed)" }) == wanted)
    }
  }

  @Test func theChoiceHelpsMostWithinTheLimit() {
    let found = front([("a", 3, 0), ("b", 6, 1), ("c", 9, 40)])
    #expect(found.choice(failing: 10, keeping: 100, maxHarm: 0.01)?.point.change == "b")
    #expect(found.choice(failing: 10, keeping: 100, maxHarm: 0)?.point.change == "a")
    let harmful = front([("b", 6, 10), ("c", 9, 15)])
    let choice = harmful.choice(failing: 10, keeping: 100, maxHarm: 0.01)
    #expect(choice?.point.change == "c" && choice?.meetsLimit == false)
    #expect(front([]).choice(failing: 1, keeping: 1, maxHarm: 1) == nil)
  }
}
