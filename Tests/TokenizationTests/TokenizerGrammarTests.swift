import Foundation
import TestSupport
import Testing
import Tokenization

/// Random tokenizers and texts, held to the `tokenizers` library; see
/// Tests/Fixtures/make/tokenizer_grammar.py, also for how to run many more than the committed ones.
@Suite struct TokenizerGrammarTests {
  /// A case's own tokenizer.json.
  private struct Sample {
    let json: [UInt8]
    let texts: [[String: Any]]
    let summary: String

    init(_ parts: [String: Any], models: [Any]) throws {
      texts = try #require(parts["texts"] as? [[String: Any]])
      var file = parts.filter { $0.key != "texts" }
      let shown = try JSONSerialization.data(withJSONObject: file, options: .sortedKeys)
      summary = String(decoding: shown, as: UTF8.self)
      file["model"] = models[try #require(parts["model"] as? Int)]
      json = Array(try JSONSerialization.data(withJSONObject: file))
    }
  }

  private static func samples() throws -> [Sample] {
    let longer = ProcessInfo.processInfo.environment["LUCARNE_TOKENIZER_CASES"]
    let data = try Data(
      contentsOf: URL(
        fileURLWithPath: longer ?? Fixtures.path("fuzz/tokenizer-grammar/cases.json")))
    let file = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let models = try #require(file["models"] as? [Any])
    return try #require(file["cases"] as? [[String: Any]]).map { try Sample($0, models: models) }
  }

  @Test func encodesAndDecodesAsTheReference() throws {
    var texts = 0
    for sample in try Self.samples() {
      let tokenizer: Tokenizer
      do { tokenizer = try Tokenizer(json: sample.json) } catch {
        Issue.record("\(error): \(sample.summary)")
        continue
      }
      for row in sample.texts {
        let text = try #require(row["text"] as? String)
        let ids = try #require(row["ids"] as? [Int])
        let decoded = try #require(row["decoded"] as? String)
        let found = try tokenizer.encode(text, addSpecialTokens: false)
        #expect(found == ids, "\(text.debugDescription) by \(sample.summary)")
        let back = tokenizer.decode(ids, skipSpecialTokens: false)
        #expect(
          back.unicodeScalars.elementsEqual(decoded.unicodeScalars),
          "\(back.debugDescription) for \(decoded.debugDescription), \(ids) by \(sample.summary)")
        texts += 1
      }
    }
    #expect(texts >= 1000)
  }
}
