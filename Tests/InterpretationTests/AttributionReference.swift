import Autoencoders
import Images
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

/// One case of Tests/Fixtures/attribution: what PyTorch makes of pullback rules, parts, sets of
/// tokens and comparisons.
struct AttributionReference: Decodable, Sendable {
  struct Target: Decodable, Sendable {
    let kind: String
    let answer: Int?
    let baseline: Int?
    let answers: [Int]?
    let baselines: [Int]?
    let token: Int?
    let tokens: [Int]?
    let position: Int?

    var value: AttributionTarget {
      switch kind {
      case "logitDiff":
        .logitDifference(answer: answer ?? -1, baseline: baseline ?? -1, position: position ?? -1)
      case "logOdds":
        .logOdds(answers: answers ?? [], baselines: baselines ?? [], position: position ?? -1)
      case "logProb": .logProbability(token: token ?? -1, position: position ?? -1)
      default: .sequenceLogProbability(tokens: tokens ?? [])
      }
    }
  }

  struct Region: Decodable, Sendable {
    let name: String
    let spans: [[Int]]

    var part: ContextPart { ContextPart(name: name, positions: spans.map { $0[0]..<$0[1] }) }
  }

  struct Completeness: Decodable, Sendable {
    let sum: Double
    let bias: Double
    let errorTerm: Double
    let total: Double
  }

  struct Pullback: Decodable, Sendable {
    let rule: String
    let target: String
    let errorTerm: String
    let value: Float
    let completeness: Completeness
    let projectionBias: Double

    var method: AttributionQuestion.Method {
      switch rule {
      case "held": .heldNorms
      case "conserving": .relevance
      default: .gradient
      }
    }
    var key: String { "\(rule).\(target).\(errorTerm)" }
  }

  struct Table: Decodable, Sendable {
    struct Run: Decodable, Sendable {
      let errorTerm: String
      let values: [Float]
    }
    let target: String
    let tokens: [Int]
    let splices: [Run]
  }

  /// Values of the target, not falls; `subsets` by bit mask of the regions whose features are
  /// there.
  struct RegionAblation: Decodable, Sendable {
    let target: String
    let errorTerm: String
    let value: Float
    let without: [Float]
    let withoutAll: Float
    let start: Float
    let biasAlone: Float
    let subsets: [Float]
    let shapley: [Float]
  }

  struct Statistics: Decodable, Sendable {
    struct List: Decodable, Sendable {
      let name: String
      let predicted: [Double]
      let measured: [Double]
      let pearson: Double
      let spearman: Double
      let slope: Double
    }
    let lists: [List]
  }

  struct Comparison: Decodable, Sendable {
    let name: String
    let rendered: String
    let picture: String?
    let tokens: [Int]
    let target: String
    let valueA: Float
    let valueB: Float
    let differing: Int
    let allInto: Float
    let allOut: Float
  }

  struct Occlusions: Decodable, Sendable {
    struct Text: Decodable, Sendable {
      let span: [Int]
      let filler: Int
      let values: [String: Float]
    }
    struct Box: Decodable, Sendable {
      let box: [Double]
      let values: [String: Float]
    }
    struct Picture: Decodable, Sendable {
      let file: String
      let width: Int
      let height: Int
      let colour: [UInt8]
      let boxes: [Box]
    }
    let plain: [String: Float]
    let text: Text
    let picture: Picture?
  }

  let checkpoint: String
  let rendered: String
  let parts: [InterpretationReference.Part]
  let tokens: [Int]
  let block: Int
  let autoencoder: String
  let targets: [String: Target]
  let regions: [Region]
  let pullbacks: [Pullback]
  let table: Table
  let regionAblations: [RegionAblation]
  let statistics: Statistics
  let comparisons: [Comparison]
  let occlusions: Occlusions
}

/// A model, an autoencoder and a prompt of one of these cases, in float32.
struct AttributionBench {
  /// Those of `Bench`, of which Gemma 3 norms updates, too, and gates by GELU; and above the site
  /// one whose projections have biases, one with norms on queries and keys, and two whose rotary
  /// embeddings turn by a picture's rows and columns, one of which adds rows between blocks.
  static let names = [
    "llama3", "mistral", "qwen2-last-block", "qwen2", "qwen3", "gemma3", "qwen3vl", "qwen25vl",
  ]

  let reference: AttributionReference
  let tensors: TensorFixture
  let model: Model
  let autoencoder: LoadedAutoencoder

  init(_ name: String) throws {
    reference = try Fixtures.json("attribution/\(name).json")
    tensors = try TensorFixture("attribution/\(name).safetensors")
    model = try Model(
      folder: Fixtures.path("models/\(reference.checkpoint)"), precision: .float32,
      team: ThreadTeam(threadCount: 1), resizing: .pillow)
    autoencoder = LoadedAutoencoder(
      name: "sae",
      weights: try SparseAutoencoder(
        path: Fixtures.path(reference.autoencoder), compute: model.compute),
      site: AutoencoderSite(.residualPost(reference.block)))
  }

  /// The case's prompt, or another one rendered alike.
  func context(
    _ rendered: String? = nil, picture: String? = nil
  ) throws -> ResidentContext {
    let text = rendered ?? reference.rendered
    var parts: [PromptPart] = [.text(text)]
    if let own = reference.parts.lazy.compactMap(\.image).first {
      let placeholder = try #require(model.pictures).imageText
      let range = try #require(text.firstRange(of: placeholder))
      let path = Fixtures.path(picture ?? "models/pictures/\(own)")
      parts = [
        .text(String(text[..<range.lowerBound])),
        .picture(try PictureDecoder().picture(atPath: path)),
        .text(String(text[range.upperBound...])),
      ]
    }
    let prompt = try model.prompt(parts, template: .plain)
    return try ResidentContext(
      opening: prompt, partNames: prompt.partSpans.indices.map { "part\($0)" }, model: model,
      recording: [autoencoder.site], reusing: nil, progress: { _ in }, cancellation: .never)
  }

  func target(_ name: String) throws -> AttributionTarget {
    try #require(reference.targets[name]).value
  }

  func attribution(
    _ question: AttributionQuestion, in context: ResidentContext,
    cancellation: Cancellation = .never
  ) throws -> Attribution {
    try Attribution(
      question, of: context, autoencoder: autoencoder, progress: { _ in },
      cancellation: cancellation)
  }

  /// What a tensor says of each active (position, latent), beside the target's indices.
  func entries(_ values: String, target: String) throws -> [Place: Float] {
    let beside = target == "sequence" ? "sequence.indices" : "indices"
    let (latents, numbers) = (try tensors.matrix(beside), try tensors.matrix(values))
    var found: [Place: Float] = [:]
    for row in 0..<latents.rows {
      for column in 0..<latents.columns where latents[row, column] >= 0 {
        found[Place(position: row, latent: Int(latents[row, column]))] = numbers[row, column]
      }
    }
    return found
  }
}

/// Within `tolerance` of the larger of 1 and the expected magnitude.
func expectNear(
  _ found: Float, _ expected: Float, _ what: String, tolerance: Float = 1e-4,
  at location: SourceLocation = #_sourceLocation
) {
  #expect(
    abs(found - expected) <= tolerance * max(1, abs(expected)),
    "\(what): \(found), expected \(expected)", sourceLocation: location)
}
