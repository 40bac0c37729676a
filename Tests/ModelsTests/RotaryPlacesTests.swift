import Models
import Tensors
import Testing

/// Grids among texts; `ModelParityTests` holds whole prompts to transformers.
@Suite struct RotaryPlacesTests {
  private let places = RotaryPlaces([
    .init(first: 2, rows: 2, columns: 3), .init(first: 10, rows: 3, columns: 1),
  ])
  private let all = [
    [0, 1, 2, 2, 2, 2, 2, 2, 5, 6, 7, 7, 7, 10, 11],
    [0, 1, 2, 2, 2, 3, 3, 3, 5, 6, 7, 8, 9, 10, 11],
    [0, 1, 2, 3, 4, 2, 3, 4, 5, 6, 7, 7, 7, 10, 11],
  ]

  @Test func tokensOfAGridStandCloserThanTheyAreMany() {
    #expect(places.positions(of: 0..<15) == .listed(all))
  }

  /// However a prompt is cut, each token stands where it does in the whole.
  @Test func aPartOfASequenceStandsWhereItDoesInTheWhole() {
    for first in 0..<15 {
      for end in first + 1...15 {
        let found = places.positions(of: first..<end)
        for (row, token) in (first..<end).enumerated() {
          for axis in 0..<3 {
            let place =
              switch found {
              case .consecutive(let from): from + row
              case .listed(let axes): axes[axis][row]
              }
            #expect(place == all[axis][token])
          }
        }
      }
    }
  }

  @Test func withoutGridsTokensStandOneAfterTheOther() {
    #expect(RotaryPlaces.consecutive.positions(of: 7..<9) == .consecutive(from: 7))
  }
}
