import Autoencoders
import Interpretation
import TestSupport

/// One case of Tests/Fixtures/interpretation: a checkpoint, a prompt, an autoencoder at a block,
/// and what PyTorch's hooks and autograd make of every question.
struct InterpretationReference: Decodable, Sendable {
  struct Part: Decodable, Sendable {
    let text: String?
    let image: String?

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        (self.text, image) = (text, nil)
      } else {
        let values = try decoder.container(keyedBy: Keys.self)
        (text, image) = (nil, try values.decode(String.self, forKey: .image))
      }
    }

    private enum Keys: CodingKey { case image }
  }

  struct Target: Decodable, Sendable {
    let kind: String
    let answer: Int?
    let baseline: Int?
    let token: Int?
    let position: Int?
    let tokens: [Int]?

    var value: AttributionTarget {
      switch kind {
      case "logitDiff":
        .logitDifference(answer: answer ?? -1, baseline: baseline ?? -1, position: position ?? -1)
      case "logit": .logit(token: token ?? -1, position: position ?? -1)
      case "logProb": .logProbability(token: token ?? -1, position: position ?? -1)
      default: .sequenceLogProbability(tokens: tokens ?? [])
      }
    }
  }

  struct Change: Decodable, Sendable {
    let op: String
    let latent: Int
    let value: Float?
    let at: [[Int]]?
    let generated: Bool?

    var intervention: Intervention {
      Intervention(
        latent: latent, rule: rule, positions: at.map { $0.map { $0[0]..<$0[1] } },
        coversGenerated: generated ?? false)
    }

    private var rule: LatentChange.Rule {
      switch op {
      case "clamp": .clamp(value ?? .nan)
      case "add": .add(value ?? .nan)
      case "scale": .scale(value ?? .nan)
      default: .zero
      }
    }
  }

  struct Receipt: Decodable, Sendable {
    let steps: Int
    let positions: Int
    let meanNorm: Double
    let dropped: Int
  }

  struct Ranked: Decodable, Sendable {
    let latent: Int
    let score: Float
  }

  struct Features: Decodable, Sendable {
    let region: [Int]
    let l0: Double
    let fvu: Double
    let ranks: [String: [Ranked]]
  }

  struct Completeness: Decodable, Sendable {
    let sum: Double
    let bias: Double
    let errorTerm: Double
    let total: Double
  }

  struct GradientRun: Decodable, Sendable {
    let target: String
    let errorTerm: String
    let value: Float
    let completeness: Completeness
  }

  struct PathRun: Decodable, Sendable {
    let region: [Int]
    let errorTerm: String
    let value: Float
    let endpointDifference: Float
    let sum: Float
    let completeness: Completeness
  }

  struct Path: Decodable, Sendable {
    let steps: Int
    let runs: [PathRun]
  }

  struct Ablation: Decodable, Sendable {
    struct Target: Decodable, Sendable {
      let target: String
      let before: Float
      let reconstruction: Float
      let after: Float
    }
    let set: String
    let errorTerm: String
    let reselect: String
    let targets: [Target]
    let kl: Float
    let receipt: Receipt
  }

  struct Steered: Decodable, Sendable {
    let name: String
    let errorTerm: String?
    let reselect: String?
    let interventions: [Change]?
    let tokens: [Int]
    let logProbs: [Float]
    let klPerToken: [Float]
    let receipt: Receipt
  }

  struct Information: Decodable, Sendable {
    struct Neighbour: Decodable, Sendable {
      let latent: Int
      let cosine: Float
    }
    let latent: Int
    let norm: Float
    let bias: Float
    let neighbours: [Neighbour]
  }

  struct Published: Decodable, Sendable {
    /// Of the published scores with exact falls, over the latents that were tried.
    let correlationWithExact: Double
  }

  let checkpoint: String
  let parts: [Part]
  let rendered: String
  let tokens: [Int]
  let block: Int
  let autoencoder: String
  let region: [Int]
  let dead: Int
  let targets: [String: Target]
  let features: [Features]
  let interventions: [String: [Change]]
  let steering: [Steered]
  let information: [Information]
  let ablations: [Ablation]
  let references: [String: Float]
  let attributions: [GradientRun]
  let integrated: Path
  let published: Published
}

extension Splice {
  /// From the words of the wire, which the fixtures use too.
  init(errorTerm: String, reselect: String = "none") {
    self.init(
      errorTerm: errorTerm == "drop" ? .drop : .keep,
      reselection: reselect == "topk" ? .topK : .none)
  }

  /// As in the fixtures' tensor names.
  var key: String {
    "\(errorTerm == .drop ? "drop" : "keep")-\(reselection == .topK ? "topk" : "none")"
  }

  static let all: [Splice] = [
    Splice(), Splice(reselection: .topK), Splice(errorTerm: .drop),
    Splice(errorTerm: .drop, reselection: .topK),
  ]
}
