import Autoencoders
import Checkpoints
import Images
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

/// One case of Tests/Fixtures/sites: a checkpoint, a prompt, and what PyTorch's hooks and autograd
/// make of autoencoders at places inside its blocks.
struct SiteReference: Decodable, Sendable {
  struct Ablation: Decodable, Sendable {
    struct Target: Decodable, Sendable {
      let target: String
      let before: Float
      let reconstruction: Float
      let after: Float
    }
    let set: String
    let errorTerm: String
    let kl: Float
    let targets: [Target]
  }

  struct Attribution: Decodable, Sendable {
    let target: String
    let errorTerm: String
    let value: Float
    let sum: Double
    let bias: Double
    let skip: Double
    let error: Double
  }

  struct Generation: Decodable, Sendable {
    let set: String
    let errorTerm: String
    let tokens: [Int]
  }

  /// The target with the region's features at zero, with all at zero, and with the bias alone.
  struct Parts: Decodable, Sendable {
    let without: Float
    let start: Float
    let bias: Float
  }

  struct Entry: Decodable, Sendable {
    let site: String
    let input: String
    let output: String
    let autoencoder: Bool
    let skip: Bool
    let targets: [String: InterpretationReference.Target]
    let interventions: [String: [InterpretationReference.Change]]
    let ablations: [Ablation]
    let references: [String: Float]
    let parts: Parts
    let fvu: Double
    let l0: Double
    let greedy: [Generation]
    let attributions: [Attribution]
  }

  let checkpoint: String
  let rendered: String
  let parts: [InterpretationReference.Part]
  let tokens: [Int]
  let region: [Int]
  let k: Int
  let sites: [Entry]
}

/// A model, a prompt and an autoencoder at one of these places, in float32.
struct SiteBench {
  /// A case and a place in it.
  struct Name: CustomTestStringConvertible {
    /// The case's file of Tests/Fixtures.
    let model: String
    let site: String
    var testDescription: String { "\(model) \(site)" }

    /// Whether it is a layer of the vision tower.
    var isOfTower: Bool { site.hasPrefix("vision.") }
  }

  /// More heads' columns than hidden ones and norms on queries and keys; a picture; biases of all
  /// projections of attention; norms behind the halves of a block, and what they norm; a sliding
  /// window.
  static let models =
    ["qwen3", "llama3", "qwen3-yarn", "gemma3", "gemma3-modules", "mistral"].map { "sites/\($0)" }
    + towers
  /// A class token and layers below and at the features; features of two states; no class token.
  static let towers = ["llama3", "qwen2", "onevision"].map { "tower_sites/\($0)" }

  static let names: [Name] = models.flatMap { model in
    let reference = try? Fixtures.json("\(model).json") as SiteReference
    return (reference?.sites ?? []).map { Name(model: model, site: $0.site) }
  }

  let reference: SiteReference
  let entry: SiteReference.Entry
  let model: Model
  let autoencoder: LoadedAutoencoder
  let prompt: Prompt
  private let tensors: TensorFixture

  init(_ name: Name) throws {
    let reference: SiteReference = try Fixtures.json("\(name.model).json")
    let entry = try #require(reference.sites.first { $0.site == name.site })
    let tensors = try TensorFixture("\(name.model).safetensors")
    (self.reference, self.entry, self.tensors) = (reference, entry, tensors)
    model = try Model(
      folder: Fixtures.path("models/\(reference.checkpoint)"), precision: .float32,
      team: ThreadTeam(threadCount: 1), resizing: .pillow)
    func weights(_ part: String) throws -> Matrix { try tensors.matrix("\(name.site)|\(part)") }
    let encoder = try weights("encoder")
    autoencoder = LoadedAutoencoder(
      name: "sae",
      weights: try SparseAutoencoder(
        configuration: AutoencoderConfiguration(
          inputSize: encoder.columns, latentCount: encoder.rows, k: reference.k),
        encoder: WeightMatrix(encoder), encoderBias: weights("bias").row(0),
        decoder: WeightMatrix(weights("decoder")), decoderBias: weights("b_dec").row(0),
        skip: entry.skip ? WeightMatrix(weights("skip")) : nil,
        subtractsDecoderBias: entry.autoencoder, compute: model.compute),
      site: try AutoencoderSite(named: name.site, in: model))
    prompt = try Self.prompt(reference.rendered, reference, model)
  }

  /// The case's prompt rendered otherwise, with its picture.
  func prompt(rendered: String) throws -> Prompt { try Self.prompt(rendered, reference, model) }

  private static func prompt(
    _ rendered: String, _ reference: SiteReference, _ model: Model
  ) throws -> Prompt {
    var parts: [PromptPart] = [.text(rendered)]
    if let image = reference.parts.lazy.compactMap(\.image).first {
      let placeholder = try #require(model.pictures?.imageText)
      let range = try #require(rendered.firstRange(of: placeholder))
      parts = [
        .text(String(rendered[..<range.lowerBound])),
        .picture(try Bench.picture(image)),
        .text(String(rendered[range.upperBound...])),
      ]
    }
    return try model.prompt(parts, template: .plain)
  }

  func tensor(_ name: String) throws -> Matrix { try tensors.matrix("\(entry.site)|\(name)") }

  func context(
    recording sites: [AutoencoderSite]? = nil, keeping detail: SavedDetail? = nil,
    reusing other: ResidentContext? = nil
  ) throws -> ResidentContext {
    try ResidentContext(
      opening: prompt, partNames: prompt.partSpans.indices.map { "part\($0)" }, model: model,
      recording: sites ?? [autoencoder.site], keeping: detail, reusing: other,
      progress: { _ in }, cancellation: .never)
  }

  func target(_ name: String) throws -> AttributionTarget {
    try #require(entry.targets[name]).value
  }

  func interventions(_ set: String) throws -> [Intervention] {
    try #require(entry.interventions[set]).map(\.intervention)
  }

  func attribution(
    _ question: AttributionQuestion, in context: ResidentContext
  ) throws -> Attribution {
    try Attribution(
      question, of: context, autoencoder: autoencoder, progress: { _ in }, cancellation: .never)
  }

  /// What a tensor says of each active (position, latent).
  func entries(_ values: String, beside indices: String = "indices") throws -> [Place: Float] {
    let (latents, numbers) = (try tensor(indices), try tensor(values))
    var found: [Place: Float] = [:]
    for row in 0..<latents.rows {
      for column in 0..<latents.columns where latents[row, column] >= 0 {
        found[Place(position: row, latent: Int(latents[row, column]))] = numbers[row, column]
      }
    }
    return found
  }
}
