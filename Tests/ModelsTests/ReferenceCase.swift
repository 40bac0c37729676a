import Models
import Tensors
import TestSupport
import Testing

/// One prompt of Tests/Fixtures/models/cases.json with what transformers made of it.
struct ReferenceCase: Decodable, CustomTestStringConvertible {
  struct Part: Decodable {
    var text: String?
    var image: String?
    var role: String?

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        self.text = text
        return
      }
      let values = try decoder.container(keyedBy: Keys.self)
      image = try values.decodeIfPresent(String.self, forKey: .image)
      role = try values.decodeIfPresent(String.self, forKey: .role)
    }

    private enum Keys: CodingKey { case image, role }
  }

  struct HalfPrecision: Decodable {
    let residuals: [Float]
    let logits: Float
  }

  let checkpoint: String
  let `case`: String
  let parts: [Part]
  let rendered: String
  let tokens: [Int]
  let spans: [[Int]]
  let pixels: [String]?
  let tiles: [Int]?
  let answer: Int
  let baseline: Int
  let greedy: [Int]
  let bfloat16: HalfPrecision

  var testDescription: String { "\(checkpoint).\(`case`)" }

  static let all: [ReferenceCase] = (try? Fixtures.json("models/cases.json")) ?? []

  /// A case by checkpoint and name.
  static func named(_ checkpoint: String, _ name: String) throws -> ReferenceCase {
    try #require(all.first { $0.checkpoint == checkpoint && $0.case == name })
  }

  func tensors() throws -> TensorFixture {
    try TensorFixture("models/cases/\(checkpoint).\(`case`).safetensors")
  }

  func model(_ precision: Precision = .float32) throws -> LlavaNextModel {
    try LlavaNextModel(
      folder: Fixtures.path("models/\(checkpoint)"), precision: precision,
      team: ThreadTeam(threadCount: 1))
  }
}
