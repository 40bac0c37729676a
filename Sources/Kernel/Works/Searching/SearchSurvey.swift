import Autoencoders
import Benchmarks
import Interpretation
import KernelProtocol
import Models
import Randomness
import Tensors
import Tokenization

/// What features do on the choosing half: how active they are, at the last position by whether the
/// answer is right, and what attribution finds behind wrong answers.
struct SearchSurvey {
  /// The strongest features of a wrong answer that are measured by exact ablation.
  private static let measured = 8
  /// Features of one answer whose attribution is taken in.
  private static let listed = 64
  /// Activations of one latent that are kept, drawn at random.
  private static let sampleLimit = 64

  private let autoencoder: LoadedAutoencoder
  private let contexts: QuestionContexts
  /// The questions, and of each whether it is answered wrong.
  private let items: [(item: QuestionItem, isFailing: Bool)]
  private let attributes: Bool
  private(set) var done = 0

  private var failing: LatentActivity
  private var keeping: LatentActivity
  private var counts = (failing: 0, keeping: 0)
  /// The mean over wrong answers of how much a feature supports them against the right one.
  private var support: [Int: Double] = [:]
  private var attributed = 0
  private var samples: [Int: [Float]] = [:]
  private var sampled: [Int: Int] = [:]
  private var random = SplitMix64(seed: 0)

  var total: Int { items.count }
  var isDone: Bool { done == items.count }

  /// - Parameter attributes: whether attribution is asked for.
  init(
    failing: [QuestionItem], keeping: [QuestionItem], attributes: Bool,
    autoencoder: LoadedAutoencoder, contexts: QuestionContexts
  ) {
    self.autoencoder = autoencoder
    self.contexts = contexts
    self.attributes = attributes
    let places = Set(failing.map(\.id))
    let grouped = Dictionary(grouping: failing + keeping, by: \.scene)
    var scenes: [String] = []
    var seen: Set<String> = []
    for item in failing + keeping where seen.insert(item.scene).inserted {
      scenes.append(item.scene)
    }
    items = scenes.flatMap { grouped[$0] ?? [] }.map { ($0, places.contains($0.id)) }
    let none = LatentActivity(latentCount: autoencoder.weights.latentCount)
    (self.failing, self.keeping) = (none, none)
  }

  /// Takes in one question.
  mutating func step(_ engine: Engine, _ cancellation: Cancellation) throws {
    guard !isDone else { return }
    let (item, isFailing) = items[done]
    done += 1
    guard let open = try contexts.openOrNone(item, engine: engine, cancellation: cancellation)
    else { return }
    let code = try open.context.code(of: autoencoder, cancellation: cancellation)
    let last = [code.rows - 1..<code.rows]
    if isFailing {
      failing.add(code, positions: last)
      counts.failing += 1
    } else {
      keeping.add(code, positions: last)
      counts.keeping += 1
    }
    for row in 0..<code.rows {
      let (latents, values) = code.row(row)
      for (latent, value) in zip(latents, values) where value > 0 { sample(Int(latent), value) }
    }
    if isFailing, attributes { try attribute(item, open, engine, cancellation) }
  }

  /// Every activation is as likely to be kept (Vitter 1985, algorithm R).
  private mutating func sample(_ latent: Int, _ value: Float) {
    let count = sampled[latent, default: 0]
    sampled[latent] = count + 1
    if count < Self.sampleLimit {
      samples[latent, default: []].append(value)
    } else {
      let place = Int(random.next(below: UInt64(count + 1)))
      if place < Self.sampleLimit { samples[latent]?[place] = value }
    }
  }

  private mutating func attribute(
    _ item: QuestionItem, _ open: OpenContext, _ engine: Engine, _ cancellation: Cancellation
  ) throws {
    let logits = try open.context.logits(at: open.context.tokenCount - 1)
    guard let said = logits.indices.max(by: { logits[$0] < logits[$1] }),
      let right = Self.firstToken(of: item.answer, open.context.model, logits), said != right
    else { return }
    try engine.reserveRun(of: open, autoencoder: autoencoder, savesForPullback: true)
    let question = AttributionQuestion(
      target: .logitDifference(
        answer: said, baseline: right, position: open.context.tokenCount - 1),
      topK: Self.listed, aggregate: .feature, verify: Self.measured)
    let found = try Attribution(
      question, of: open.context, autoencoder: autoencoder, progress: { _ in },
      cancellation: cancellation)()
    attributed += 1
    for item in found.items {
      guard let latent = item.latent else { continue }
      support[latent, default: 0] += Double(item.bestKnown)
    }
  }

  /// The first token of an answer, with or without a space before it, as the model would say it.
  private static func firstToken(of answer: String, _ model: Model, _ logits: [Float]) -> Int? {
    [answer, " " + answer].compactMap { text in
      (try? model.tokenizer.encode(text, addSpecialTokens: false))?.first
    }.filter(logits.indices.contains).max { logits[$0] < logits[$1] }
  }

  // MARK: What it found

  /// The features that attribution finds most behind wrong answers, and most against them, by
  /// turns.
  func attributed(_ count: Int) -> [Int] {
    let sorted = support.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let behind = sorted.filter { $0.value > 0 }.prefix(count).map(\.key)
    let against = sorted.reversed().filter { $0.value < 0 }.prefix(count).map(\.key)
    return (0..<max(behind.count, against.count)).flatMap { place in
      [behind, against].compactMap { $0.indices.contains(place) ? $0[place] : nil }
    }
  }

  /// The features whose mean activity at the last position differs most between wrong and right
  /// answers.
  func contrasted(_ count: Int) -> [Int] {
    guard counts.failing > 0, counts.keeping > 0 else { return [] }
    let differences = failing.sums.indices.map { latent in
      abs(
        failing.sums[latent] / Double(counts.failing)
          - keeping.sums[latent] / Double(counts.keeping))
    }
    return DescendingPlaces(differences.map { Float($0) }).prefix(count)
      .filter { differences[$0] > 0 }
  }

  /// A quantile of a feature's positive activations; nil of one that is never active.
  func quantile(_ share: Double, of latent: Int) -> Double? {
    guard let values = samples[latent]?.sorted(), !values.isEmpty else { return nil }
    return Double(values[min(values.count - 1, Int(share * Double(values.count)))])
  }
}
