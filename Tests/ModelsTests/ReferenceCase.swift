import Images
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

    init(from decoder: any Swift.Decoder) throws {
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
  /// Positions that see each other both ways, as transformers' token types have them.
  let groups: [[Int]]?
  /// The text that stands for a picture; "<image>" where there is none.
  let placeholder: String?
  /// Each picture's first token, rows and columns, where its tokens stand as a grid.
  let grids: [[Int]]?
  /// Every token's places in time, down and across, where they are not counted one by one.
  let places: [[Int]]?
  let pixels: [String]?
  let tiles: [Int]?
  let answer: Int
  let baseline: Int
  let greedy: [Int]
  let bfloat16: HalfPrecision

  var testDescription: String { "\(checkpoint).\(`case`)" }

  var wholes: BidirectionalSpans {
    BidirectionalSpans((groups ?? []).map { $0[0]..<$0[1] })
  }

  /// An empty cache for the case's tokens, with what transformers adds to them between blocks.
  func cache(_ decoder: Decoder) -> KeyValueCache {
    let grids = (grids ?? []).map {
      RotaryPlaces.Grid(first: $0[0], rows: $0[1], columns: $0[2])
    }
    var row = 0
    let pieces = grids.compactMap { grid -> BlockAdditions.Piece? in
      let rows = row..<row + grid.rows * grid.columns
      row = rows.upperBound
      let added = additions.map { $0.slice(rows: rows) }
      return added.isEmpty ? nil : BlockAdditions.Piece(first: grid.first, behindBlocks: added)
    }
    return decoder.makeCache(
      SequenceTraits(
        spans: wholes, places: RotaryPlaces(grids), additions: BlockAdditions(pieces)))
  }

  /// What is added behind the first blocks to all pictures' tokens, `[tokens, D]` each.
  var additions: [Matrix] {
    guard let tensors = try? tensors() else { return [] }
    return tensors.names.filter { $0.hasPrefix("deepstack.") }.compactMap {
      try? tensors.matrix($0)
    }
  }

  static let all: [ReferenceCase] = (try? Fixtures.json("models/cases.json")) ?? []

  /// A case by checkpoint and name.
  static func named(_ checkpoint: String, _ name: String) throws -> ReferenceCase {
    try #require(all.first { $0.checkpoint == checkpoint && $0.case == name })
  }

  func tensors() throws -> TensorFixture {
    try TensorFixture("models/cases/\(checkpoint).\(`case`).safetensors")
  }

  func model(
    _ precision: Precision = .float32, on engine: TestEngine = .host
  ) throws -> Model {
    try Model(
      folder: Fixtures.path("models/\(checkpoint)"), precision: precision,
      team: ThreadTeam(threadCount: 1), resizing: .pillow, engine: engine.layers)
  }

  /// The parts as the script gave them to the processor.
  func promptParts() throws -> [PromptPart] {
    var role = "user"
    var result: [PromptPart] = []
    for part in parts {
      role = part.role ?? role
      if let text = part.text { result.append(.text(text, role: role)) }
      if let image = part.image { result.append(.picture(try picture(image), role: role)) }
    }
    return result
  }

  /// The rendered text cut at its pictures, for a prompt without a template.
  func plainParts() throws -> [PromptPart] {
    var images = parts.compactMap(\.image).makeIterator()
    var result: [PromptPart] = []
    var rest = rendered[...]
    while let found = rest.firstRange(of: placeholder ?? "<image>") {
      result.append(.text(String(rest[..<found.lowerBound])))
      if let image = images.next() { result.append(.picture(try picture(image))) }
      rest = rest[found.upperBound...]
    }
    return result + [.text(String(rest))]
  }

  /// The script hands pictures over opened, so that transparency is composited on white.
  private func picture(_ name: String) throws -> Picture {
    try PictureDecoder(treatment: .opened).picture(atPath: Fixtures.path("models/pictures/\(name)"))
  }
}
