import Foundation
import Models
import TestSupport
import Testing

/// Frequencies of every scaling against transformers' modules (Tests/Fixtures/make/checkpoints.py).
@Suite struct RotaryRecipeTests {
  struct Expected {
    let configuration: Any
    let inverseFrequencies: [Double]
    let scale: Double
  }

  static let names = ((try? all()) ?? [:]).keys.sorted()

  private static func all() throws -> [String: Expected] {
    let object = try JSONSerialization.jsonObject(
      with: Data(Fixtures.bytes("checkpoints/rotary.json")))
    return try #require(object as? [String: [String: Any]]).mapValues {
      Expected(
        configuration: try #require($0["config"]),
        inverseFrequencies: try #require($0["inverseFrequencies"] as? [Double]),
        scale: try #require($0["scale"] as? Double))
    }
  }

  @Test func thereAreScalingsOfEveryKind() { #expect(Self.names.count == 17) }

  /// Powers of float32 differ by a unit in the last place or two between libraries, and blends add
  /// another.
  @Test(arguments: names)
  func frequenciesAreThoseOfTransformers(_ name: String) throws {
    let expected = try #require(Self.all()[name])
    let folder = try TemporaryFolder()
    try folder.write(
      JSONSerialization.data(withJSONObject: expected.configuration), "config.json")
    let decoder = try ModelFamilies.read(folder: folder.path).text.decoder
    let rotary = decoder.layers[0].rotary
    let found = rotary.inverseFrequencies(headSize: decoder.headSize)
    #expect(found.count == expected.inverseFrequencies.count)
    for (pair, (a, b)) in zip(found, expected.inverseFrequencies).enumerated() {
      #expect(abs(Double(a) - b) <= 5e-7 * b, "pair \(pair): \(a), expected \(b)")
    }
    #expect(abs(Double(rotary.scale) - expected.scale) < 1e-7)
  }
}
