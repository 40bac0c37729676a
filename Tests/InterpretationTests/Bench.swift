import Autoencoders
import Images
import Interpretation
import Models
import Tensors
import TestSupport
import Testing

/// A model, an autoencoder and a prompt of one reference case, in float32.
struct Bench {
  /// A vision-language model with two blocks above the site; a sliding window of 9 under a prompt
  /// of 41 with an autoencoder stored in bfloat16; a site at the last block, with none above it; a
  /// picture whose tokens see each other both ways, and interventions in its middle.
  static let names = ["llama3", "mistral", "qwen2-last-block", "gemma3"]

  let name: String
  let reference: InterpretationReference
  let tensors: TensorFixture
  let model: Model
  let autoencoder: LoadedAutoencoder
  let prompt: Prompt

  init(_ name: String) throws {
    self.name = name
    reference = try Fixtures.json("interpretation/\(name).json")
    tensors = try TensorFixture("interpretation/\(name).safetensors")
    model = try Model(
      folder: Fixtures.path("models/\(reference.checkpoint)"), precision: .float32,
      team: ThreadTeam(threadCount: 1), resizing: .pillow)
    autoencoder = LoadedAutoencoder(
      name: "sae",
      weights: try SparseAutoencoder(
        path: Fixtures.path("interpretation/\(reference.autoencoder)"), compute: model.compute),
      site: AutoencoderSite(.residualPost(reference.block)))
    prompt = try model.prompt(
      try Self.rendered(reference, placeholder: model.pictures?.imageText), template: .plain)
  }

  /// The prompt as transformers rendered it, taken apart at its picture: templates
  /// have tests of their own.
  static func rendered(
    _ reference: InterpretationReference, placeholder: String?
  ) throws -> [PromptPart] {
    guard let placeholder, let image = reference.parts.lazy.compactMap(\.image).first else {
      return [.text(reference.rendered)]
    }
    let range = try #require(reference.rendered.firstRange(of: placeholder))
    return [
      .text(String(reference.rendered[..<range.lowerBound])), .picture(try picture(image)),
      .text(String(reference.rendered[range.upperBound...])),
    ]
  }

  static func picture(_ name: String) throws -> Picture {
    try PictureDecoder().picture(atPath: Fixtures.path("models/pictures/\(name)"))
  }

  var partNames: [String] { prompt.partSpans.indices.map { "part\($0)" } }

  func context(
    _ prompt: Prompt? = nil, recording sites: [AutoencoderSite]? = nil,
    keeping detail: SavedDetail? = nil, reusing other: ResidentContext? = nil,
    cancellation: Cancellation = .never
  ) throws -> ResidentContext {
    let prompt = prompt ?? self.prompt
    return try ResidentContext(
      opening: prompt, partNames: prompt.partSpans.indices.map { "part\($0)" }, model: model,
      recording: sites ?? [autoencoder.site], keeping: detail, reusing: other,
      progress: { _ in }, cancellation: cancellation)
  }

  func target(_ name: String) throws -> AttributionTarget {
    try #require(reference.targets[name]).value
  }

  func attribute(
    _ question: AttributionQuestion, in context: ResidentContext,
    cancellation: Cancellation = .never
  ) throws -> AttributionResult {
    try Attribution(
      question, of: context, autoencoder: autoencoder, progress: { _ in },
      cancellation: cancellation)()
  }

  func ablate(
    _ interventions: [Intervention], targets: [AttributionTarget], splice: Splice,
    in context: ResidentContext, topChanges: Int = 10
  ) throws -> AblationResult {
    try context.ablate(
      interventions, autoencoder: autoencoder, targets: targets, splice: splice,
      topChanges: topChanges,
      progress: { _ in }, cancellation: .never)
  }

  func generate(
    _ interventions: [Intervention]?, splice: Splice = Splice(), in context: ResidentContext,
    tokens: Int = 8, cancellation: Cancellation = .never
  ) throws -> SteeredGeneration {
    try context.generate(
      GenerationOptions(maxTokens: tokens),
      steering: interventions.map {
        Steering(autoencoder: autoencoder, interventions: $0, splice: splice)
      }, comparing: true, cancellation: cancellation)
  }

  /// What a fixture's pair of tensors `[T, k]` says of each active (position, latent).
  func entries(_ values: String, beside indices: String) throws -> [Place: Float] {
    let (latents, numbers) = (try tensors.matrix(indices), try tensors.matrix(values))
    var found: [Place: Float] = [:]
    for row in 0..<latents.rows {
      for column in 0..<latents.columns where latents[row, column] >= 0 {
        found[Place(position: row, latent: Int(latents[row, column]))] = numbers[row, column]
      }
    }
    return found
  }
}

/// A latent at a position.
struct Place: Hashable {
  let position: Int
  let latent: Int
}

extension AttributionResult {
  /// The items by place; nil when one has none or stands twice.
  var byPlace: [Place: AttributionResult.Item]? {
    var found: [Place: AttributionResult.Item] = [:]
    for item in items {
      guard let position = item.position, let latent = item.latent,
        found.updateValue(item, forKey: Place(position: position, latent: latent)) == nil
      else { return nil }
    }
    return found
  }
}

extension AttributionQuestion {
  /// With every item wanted.
  static func all(
    _ target: AttributionTarget, method: Method = .gradient, positions: [Range<Int>]? = nil,
    aggregate: Aggregate = .none, splice: Splice = Splice(), verify: Int = 0
  ) -> AttributionQuestion {
    AttributionQuestion(
      target: target, method: method, positions: positions, topK: 100_000, aggregate: aggregate,
      splice: splice, verify: verify)
  }
}

/// Every number within `tolerance` of the largest magnitude expected.
func expectClose(
  _ found: [Float], _ expected: [Float], _ what: String, tolerance: Float = 1e-4,
  at location: SourceLocation = #_sourceLocation
) {
  guard found.count == expected.count else {
    Issue.record("\(what): \(found.count) numbers, not \(expected.count)", sourceLocation: location)
    return
  }
  let scale = expected.reduce(Float(0)) { max($0, abs($1)) }
  let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
  #expect(
    worst <= tolerance * scale, "\(what): off by \(worst) of \(scale)", sourceLocation: location)
}

/// The same places with numbers as close.
func expectClose(
  _ found: [Place: Float], _ expected: [Place: Float], _ what: String, tolerance: Float = 1e-4,
  at location: SourceLocation = #_sourceLocation
) {
  #expect(Set(found.keys) == Set(expected.keys), "\(what): other places", sourceLocation: location)
  let places = Array(Set(found.keys).intersection(expected.keys))
  expectClose(
    places.compactMap { found[$0] }, places.compactMap { expected[$0] }, what,
    tolerance: tolerance, at: location)
}
