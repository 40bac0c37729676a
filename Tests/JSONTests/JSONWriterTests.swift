import JSON
import TestSupport
import Testing

@Suite struct JSONWriterTests {
  static let written: [(JSONValue, String)] = [
    (.null, "null"), (.bool(true), "true"), (.integer(-5), "-5"), (.number(1), "1.0"),
    (.number(0.1), "0.1"), (.number(1e-7), "1e-07"), (.number(1e300), "1e+300"),
    (.number(-0.0), "-0.0"), (.string("a/b"), "\"a/b\""),
    (.string("\"\\\n\u{1}\u{1F}é😀"), "\"\\\"\\\\\\n\\u0001\\u001fé😀\""),
    (.array([1, .array([]), .object([:])]), "[1,[],{}]"),
    (.object(["b": 1, "a": 2, "C": 3]), "{\"C\":3,\"a\":2,\"b\":1}"),
  ]

  @Test(arguments: written)
  func writes(value: JSONValue, text: String) throws {
    #expect(String(decoding: try value.bytes(), as: UTF8.self) == text)
  }

  @Test func refusesNumbersThatAreNotFinite() {
    let value: JSONValue = ["items": [["score": .number(.nan)]]]
    #expect(throws: JSONError.nonFinite(path: ".items[0].score")) { try value.bytes() }
    #expect(throws: JSONError.nonFinite(path: "")) { try JSONValue.number(-.infinity).bytes() }
  }

  @Test func readsBackWhatItWrote() throws {
    var generator = SplitMix(seed: 11)
    for _ in 0..<2000 {
      let value = randomValue(&generator, depth: 4)
      #expect(try JSONValue(parsing: value.bytes()) == value)
    }
  }

  private func randomValue(_ generator: inout SplitMix, depth: Int) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .integer(Int64(truncatingIfNeeded: generator.next()))
    case 3: return .number(Double.random(in: -1e6...1e6, using: &generator))
    case 4, 5: return .string(randomString(&generator))
    case 6:
      let count = Int.random(in: 0..<5, using: &generator)
      return .array((0..<count).map { _ in randomValue(&generator, depth: depth - 1) })
    default:
      var members: JSONObject = [:]
      for _ in 0..<Int.random(in: 0..<5, using: &generator) {
        members[randomString(&generator)] = randomValue(&generator, depth: depth - 1)
      }
      return .object(members)
    }
  }

  private func randomString(_ generator: inout SplitMix) -> String {
    let letters: [Character] = [
      "a", "\"", "\\", "\n", "\0", "é", "😀", "/", "\u{7F}", "\u{2029}", " ",
    ]
    let count = Int.random(in: 0..<8, using: &generator)
    return String((0..<count).compactMap { _ in letters.randomElement(using: &generator) })
  }
}
