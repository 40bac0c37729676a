import Autoencoders
import Checkpoints
import Images
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

/// One case of Tests/Fixtures/several-sites: a checkpoint, a prompt, and what PyTorch's hooks and
/// autograd make of chains of autoencoders in one run.
struct SeveralSitesReference: Decodable, Sendable {
  struct Receipt: Decodable, Sendable {
    let positions: Int
    let meanNorm: Double
  }

  struct Ablation: Decodable, Sendable {
    let set: String
    let errorTerm: String
    let kl: Float
    let receipts: [Receipt]
    let targets: [SiteReference.Ablation.Target]
  }

  struct Attribution: Decodable, Sendable {
    struct Site: Decodable, Sendable {
      let sum: Double
      let bias: Double
      let skip: Double
      let error: Double
    }
    let target: String
    let value: Float
    let sites: [Site]
  }

  struct Site: Decodable, Sendable {
    let site: String
    let autoencoder: Bool
    let skip: Bool
    let interventions: [String: [InterpretationReference.Change]]
  }

  struct Chain: Decodable, Sendable {
    let name: String
    let sites: [Site]
    let targets: [String: InterpretationReference.Target]
    let ablations: [Ablation]
    let greedy: [SiteReference.Generation]
    let attributions: [Attribution]
  }

  let checkpoint: String
  let rendered: String
  let parts: [InterpretationReference.Part]
  let tokens: [Int]
  let region: [Int]
  let k: Int
  let chains: [Chain]
}

/// A model, a prompt and one of these chains, in float32.
struct SeveralSitesBench {
  /// A case and a chain of it.
  struct Name: CustomTestStringConvertible {
    let model: String
    let chain: String
    var testDescription: String { "\(model): \(chain)" }
  }

  static let models = ["qwen3", "mistral", "llama3", "gemma3"]

  static let names: [Name] = models.flatMap { model in
    let reference = try? Fixtures.json("several-sites/\(model).json") as SeveralSitesReference
    return (reference?.chains ?? []).map { Name(model: model, chain: $0.name) }
  }

  let reference: SeveralSitesReference
  let chain: SeveralSitesReference.Chain
  let model: Model
  /// In the order in which a run meets them.
  let autoencoders: [LoadedAutoencoder]
  let prompt: Prompt
  private let tensors: TensorFixture

  init(_ name: Name) throws {
    let reference: SeveralSitesReference = try Fixtures.json("several-sites/\(name.model).json")
    let chain = try #require(reference.chains.first { $0.name == name.chain })
    let tensors = try TensorFixture("several-sites/\(name.model).safetensors")
    let model = try Model(
      folder: Fixtures.path("models/\(reference.checkpoint)"), precision: .float32,
      team: ThreadTeam(threadCount: 1), resizing: .pillow)
    (self.reference, self.chain, self.tensors, self.model) = (reference, chain, tensors, model)
    autoencoders = try chain.sites.enumerated().map { number, entry in
      func weights(_ part: String) throws -> Matrix {
        try tensors.matrix("\(chain.name)|\(number)|\(part)")
      }
      let encoder = try weights("encoder")
      return LoadedAutoencoder(
        name: "sae\(number)",
        weights: try SparseAutoencoder(
          configuration: AutoencoderConfiguration(
            inputSize: encoder.columns, latentCount: encoder.rows, k: reference.k),
          encoder: WeightMatrix(encoder), encoderBias: weights("bias").row(0),
          decoder: WeightMatrix(weights("decoder")), decoderBias: weights("b_dec").row(0),
          skip: entry.skip ? WeightMatrix(weights("skip")) : nil,
          subtractsDecoderBias: entry.autoencoder, compute: model.compute),
        site: try AutoencoderSite(named: entry.site, in: model))
    }
    var parts: [PromptPart] = [.text(reference.rendered)]
    if let image = reference.parts.lazy.compactMap(\.image).first {
      let placeholder = try #require(model.pictures?.imageText)
      let range = try #require(reference.rendered.firstRange(of: placeholder))
      parts = [
        .text(String(reference.rendered[..<range.lowerBound])),
        .picture(try Bench.picture(image)),
        .text(String(reference.rendered[range.upperBound...])),
      ]
    }
    prompt = try model.prompt(parts, template: .plain)
  }

  func context(
    recording sites: [AutoencoderSite]? = nil, keeping detail: SavedDetail? = nil
  ) throws -> ResidentContext {
    try ResidentContext(
      opening: prompt, partNames: prompt.partSpans.indices.map { "part\($0)" }, model: model,
      recording: sites ?? autoencoders.map(\.site), keeping: detail, reusing: nil,
      progress: { _ in }, cancellation: .never)
  }

  func target(_ name: String) throws -> AttributionTarget {
    try #require(chain.targets[name]).value
  }

  /// - Parameter order: numbers of the autoencoders as they are given.
  func changes(
    _ set: String, errorTerm: String, order: [Int]? = nil
  ) throws -> SpliceChain {
    SpliceChain(
      try (order ?? Array(autoencoders.indices)).map { number in
        FeatureChanges(
          of: autoencoders[number],
          try #require(chain.sites[number].interventions[set]).map(\.intervention))
      }, splice: Splice(errorTerm: errorTerm))
  }

  func attribute(
    _ question: AttributionQuestion, _ autoencoders: [LoadedAutoencoder]? = nil,
    in context: ResidentContext
  ) throws -> AttributionResult {
    try Attribution(
      question, of: context, autoencoders: autoencoders ?? self.autoencoders,
      progress: { _ in }, cancellation: .never)()
  }

  func ablate(
    _ chain: SpliceChain, targets: [AttributionTarget], in context: ResidentContext
  ) throws -> AblationResult {
    try context.ablate(chain, targets: targets, progress: { _ in }, cancellation: .never)
  }

  func generate(
    _ chain: SpliceChain, tokens: Int, in context: ResidentContext
  ) throws -> SteeredGeneration {
    try context.generate(
      GenerationOptions(maxTokens: tokens), steering: Steering(chain), cancellation: .never)
  }

  /// The scores of one autoencoder's active (position, latent).
  func scores(_ target: String, of number: Int) throws -> [Place: Float] {
    let key = "\(chain.name)|\(number)|\(target)"
    let (latents, numbers) = (
      try tensors.matrix("\(key).indices"), try tensors.matrix("\(key).scores")
    )
    var found: [Place: Float] = [:]
    for row in 0..<latents.rows {
      for column in 0..<latents.columns where latents[row, column] >= 0 {
        found[Place(position: row, latent: Int(latents[row, column]))] = numbers[row, column]
      }
    }
    return found
  }
}

extension AttributionResult {
  /// One autoencoder's items by place.
  func scores(of autoencoder: Int) -> [Place: Float] {
    items.reduce(into: [:]) { found, item in
      guard item.autoencoder == autoencoder, let position = item.position, let latent = item.latent
      else { return }
      found[Place(position: position, latent: latent)] = item.score
    }
  }
}
