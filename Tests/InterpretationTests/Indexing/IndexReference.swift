import Corpora
import FeatureIndex
import Interpretation
import Models
import Tensors
import TestSupport

/// Tests/Fixtures/feature_index: what an index of eight prompts holds, by brute force.
struct IndexReference: Decodable, Sendable {
  struct Item: Decodable, Sendable {
    let name: String
    let image: String?
    let text: String?
    let answer: String?
    let width: Int
    let height: Int
    let baseGrid: [Int]
    let tileGrid: [Int]
    let tokens: [String]
    let boxes: [String: [[Double]?]]
    let digest: String

    var entry: CorpusEntry {
      CorpusEntry(
        name: name, picture: image.map { .file(Fixtures.path($0)) }, text: text, answer: answer)
    }
  }

  struct Statistics: Decodable, Sendable {
    let positions: Int
    let items: Int
    let sum: Double
    let max: Float
  }

  struct Exemplar: Decodable, Sendable {
    let item: String
    let span: Int
    let score: Float
    let positions: [UInt16]
    let values: [Float]
  }

  let exemplars: Int
  let spanTokens: Int
  let latents: Int
  let items: [Item]
  /// By view, by latent.
  let statistics: [String: [Statistics]]
  /// By view, by ranking, by latent.
  let rankings: [String: [String: [[Exemplar]]]]

  static func load() throws -> IndexReference { try Fixtures.json("feature_index/index.json") }
}

extension IndexRanking {
  var word: String {
    switch self {
    case .max: "max"
    case .mean: "mean"
    case .mass: "mass"
    }
  }
}

func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
