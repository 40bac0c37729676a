import Explanations
import FeatureIndex
import Images
import Indexing
import JSON
import JSONRPC
import KernelProtocol
import VisionWorkers

/// The measures that the vision worker's models allow, on the pictures of one index.
final class VisionScorers {
  typealias Params = KernelProtocol.ExplanationScore.Params
  typealias Scorer = KernelProtocol.ExplanationScore.Scorer

  struct Measured {
    var value: Double
    var baseline: Double?
    var count: Int
    var details: JSONObject
    /// Of pictures that the worker had no answer for.
    var errors: [VisionItemError] = []
  }

  let view: IndexView
  let ranking: IndexRanking
  let exemplars: Int
  private let params: Params
  private let facts: VisionFacts
  private let store: FeatureIndexStore
  private let pool: PicturePool
  private let worker: VisionWorker
  private let limits: PictureLimits
  private let isStopped: () -> Bool
  private let seed: UInt64
  /// Vectors of the pool's pictures as they come; nil for one that has none.
  private var poolVectors: [[Float]?] = []
  /// Why pictures of the pool have none.
  private(set) var poolErrors: [VisionItemError] = []
  /// Vectors of exemplars at length 1, by the picture's content.
  private var vectors: [[UInt8]: [Float]] = [:]

  /// Vectors that are kept for other latents with the same pictures.
  private static let keptVectors = 20_000

  init(
    _ params: Params, facts: VisionFacts, store: FeatureIndexStore, pool: PicturePool,
    worker: VisionWorker, limits: PictureLimits, isStopped: @escaping () -> Bool
  ) throws {
    self.params = params
    self.facts = facts
    self.store = store
    self.pool = pool
    self.worker = worker
    self.limits = limits
    self.isStopped = isStopped
    view = pool.view
    ranking = (params.rankBy ?? .mean).value
    exemplars = params.exemplars ?? 5
    seed = UInt64(params.seed ?? 0)
  }

  func methods(for scorers: [Scorer]) -> [String] {
    (scorers.contains(.iou) ? ["ground", "segment"] : [])
      + (scorers.contains { $0 == .clip || $0 == .monosemanticity } ? ["embed"] : [])
  }

  /// What a measure is taken with, the models by their digests.
  func settings(of scorer: Scorer) -> ScoreSettings {
    func digest(_ role: String) -> JSONValue? {
      facts.digest(ofRole: role).map { .string($0) }
    }
    let view = JSONValue.string(view.name)
    let pool = JSONValue.integer(Int64(params.pool ?? ScorePool.defaultCount))
    let seed = JSONValue.integer(Int64(params.seed ?? 0))
    let count = JSONValue.integer(Int64(exemplars))
    let ranking = JSONValue.string((params.rankBy ?? .mean).rawValue)
    return switch scorer {
    case .iou:
      ScoreSettings([
        "view": view, "rankBy": ranking, "exemplars": count, "mask": .string(mask.rawValue),
        "quantile": mask == .quantile ? .number(quantile) : nil,
        "groundingThreshold": .number(threshold), "pool": pool,
        "trials": .integer(Int64(trials(of: scorer))), "seed": seed,
        "grounding": digest("grounding"), "segmentation": digest("segmentation"),
      ])
    case .clip:
      ScoreSettings([
        "view": view, "rankBy": ranking, "exemplars": count, "pool": pool,
        "trials": .integer(Int64(trials(of: scorer))), "seed": seed,
        "embedding": digest("embedding"),
      ])
    default:
      ScoreSettings([
        "view": view, "pool": pool, "trials": .integer(Int64(trials(of: scorer))), "seed": seed,
        "embedding": digest("embedding"),
      ])
    }
  }

  private func trials(of scorer: Scorer) -> Int { params.trials ?? (scorer == .clip ? 30 : 10) }
  private var mask: KernelProtocol.ExplanationScore.Mask { params.mask ?? .smoothed }
  private var quantile: Double { params.quantile ?? 0.8 }
  private var threshold: Double { params.groundingThreshold ?? 0.3 }

  // MARK: Masks

  /// The mean IoU of the latent's activations with what the explanation names, over its best
  /// pictures; by chance, over random ones. A picture where nothing is found counts 0.
  func overlap(
    _ subject: ScoreSubject, on pictures: [ScoredPicture]
  ) throws -> VisionResult<Measured> {
    let rule = try rule(ofLatent: subject.latent)
    let found = try masks(of: subject.text, in: pictures.map(\.picture))
    var errors = found.compactMap { if case .failure(let error) = $0 { error } else { nil } }
    if let error = errors.first, errors.count == pictures.count { return .failure(error) }
    var ious: [Double] = []
    for (picture, mask) in zip(pictures, found) {
      ious.append(try overlap(picture, mask, rule))
    }
    let draws = ChanceDraws(
      trials: trials(of: .iou), count: pictures.count, of: pool.members.count, seed: seed,
      stream: subject.latent)
    // On a picture that the latent is not active on nothing is shared, whatever the mask.
    let active = Set(draws.draws.joined()).sorted().filter {
      !pool.activations.map(ofLatent: subject.latent, picture: $0).positions.isEmpty
    }
    let random = try active.map { try poolPicture($0, latent: subject.latent) }
    let randomMasks = try masks(of: subject.text, in: random.map(\.picture))
    var chances: [Int: Double] = [:]
    for (place, (picture, mask)) in zip(active, zip(random, randomMasks)) {
      if case .failure(let error) = mask { errors.append(error) }
      chances[place] = try overlap(picture, mask, rule)
    }
    let chance = draws.mean { chances[$0] ?? 0 }
    let withBoxes = found.count { if case .success(.some) = $0 { true } else { false } }
    return .success(
      Measured(
        value: ious.reduce(0, +) / Double(ious.count), baseline: chance?.mean, count: ious.count,
        details: [
          "ious": .array(ious.map { .number($0) }), "found": .integer(Int64(withBoxes)),
          "baselineDeviation": .number(chance?.deviation ?? 0),
          "errors": .integer(Int64(errors.count)), "phrase": .string(subject.text),
        ], errors: errors))
  }

  private func rule(ofLatent latent: Int) throws -> ActivePixels.Rule {
    switch mask {
    case .smoothed: return .smoothed
    case .patches: return .patches(atLeast: ActivationMask.threshold)
    case .quantile:
      let statistics = try store.statistics(ofLatent: latent)[view]
      return .patches(atLeast: Float(statistics?.quantile(quantile) ?? 0))
    }
  }

  /// - Parameter mask: nil where no box was found.
  private func overlap(
    _ picture: ScoredPicture, _ mask: VisionResult<[Bool]?>, _ rule: ActivePixels.Rule
  ) throws -> Double {
    guard case .success(let pixels?) = mask, let item = try store.item(number: picture.item) else {
      return 0
    }
    let active = try ActivePixels(
      picture.map, grid: item.layout.grid(of: view),
      boxes: item.boxes(in: view, store.identity.geometry), width: picture.picture.width,
      height: picture.picture.height, rule: rule)
    return active.intersectionOverUnion(with: pixels)
  }

  /// The pixels of what a phrase names in each picture, all boxes together; nil without a box.
  private func masks(
    of phrase: String, in pictures: [VisionPicture]
  ) throws -> [VisionResult<[Bool]?>] {
    guard !pictures.isEmpty else { return [] }
    let grounded = try worker.ground(
      pictures.map { ($0, [phrase]) }, threshold: threshold, began: facts,
      isStopped: isStopped)
    let boxed = zip(pictures, grounded).compactMap { picture, boxes in
      if case .success(let boxes) = boxes, !boxes.isEmpty { (picture, boxes) } else { nil }
    }
    var segmented =
      boxed.isEmpty
      ? [][...]
      : try worker.segment(
        boxed.map { ($0, $1) }, began: facts, isStopped: isStopped)[...]
    return zip(pictures, grounded).map { picture, boxes in
      switch boxes {
      case .failure(let error): return .failure(error)
      case .success(let boxes) where boxes.isEmpty: return .success(nil)
      case .success:
        switch segmented.popFirst() {
        case .failure(let error)?: return .failure(error)
        case .success(let masks)?:
          var pixels = [Bool](repeating: false, count: picture.width * picture.height)
          for mask in masks { mask.mark(&pixels) }
          return .success(pixels)
        case nil: return .success(nil)
        }
      }
    }
  }

  private func poolPicture(_ place: Int, latent: Int) throws -> ScoredPicture {
    let member = pool.members[place]
    guard let item = try store.item(number: member.item) else {
      throw DomainError(.imageUnreadable, "item \(member.item) is gone from the index")
    }
    let picture = try item.visionPicture(within: limits)
    return ScoredPicture(
      item: member.item, picture: picture, content: [],
      map: pool.activations.map(ofLatent: latent, picture: place))
  }

  // MARK: Vectors

  var isPoolEmbedded: Bool { poolVectors.count == pool.members.count }

  /// Asks for the vectors of the next pictures of the pool.
  /// - Returns: how many are there.
  func embedPool() throws -> Int {
    let places =
      poolVectors
      .count..<min(
        poolVectors.count + VisionWorker.batch, pool.members.count)
    guard !places.isEmpty else { return poolVectors.count }
    let pictures = try places.map { try poolPicture($0, latent: 0).picture }
    for vector in try worker.embed(pictures: pictures, began: facts, isStopped: isStopped) {
      if case .failure(let error) = vector { poolErrors.append(error) }
      poolVectors.append((try? vector.get()).flatMap(PictureVectors.unit))
    }
    return poolVectors.count
  }

  /// The mean of max(100 · cosine, 0) of the explanation and the latent's best pictures, whole; by
  /// chance, of random ones.
  func likeness(
    _ subject: ScoreSubject, on pictures: [ScoredPicture]
  ) throws -> VisionResult<Measured> {
    let text: [Float]
    switch try worker.embed(texts: [subject.text], began: facts, isStopped: isStopped)[0] {
    case .failure(let error): return .failure(error)
    case .success(let vector): text = PictureVectors.unit(vector) ?? []
    }
    var scores: [Double] = []
    var errors: [VisionItemError] = []
    for (picture, vector) in zip(pictures, try exemplarVectors(pictures)) {
      switch vector {
      case .failure(let error): errors.append(error)
      case .success(let vector):
        vectors[picture.content] = vector
        scores.append(PictureVectors.clipScore(vector, text))
      }
    }
    if scores.isEmpty { return .failure(errors.last ?? VisionItemError("there is no picture")) }
    let random = poolVectors.compactMap(\.self)
    let chance = ChanceDraws(
      trials: trials(of: .clip), count: pictures.count, of: random.count, seed: seed,
      stream: subject.latent
    ).mean { PictureVectors.clipScore(random[$0], text) }
    return .success(
      Measured(
        value: scores.reduce(0, +) / Double(scores.count), baseline: chance?.mean,
        count: scores.count,
        details: [
          "scores": .array(scores.map { .number($0) }),
          "baselineDeviation": .number(chance?.deviation ?? 0),
          "errors": .integer(Int64(errors.count)), "phrase": .string(subject.text),
        ], errors: errors))
  }

  private func exemplarVectors(
    _ pictures: [ScoredPicture]
  ) throws -> [VisionResult<[Float]>] {
    if vectors.count > Self.keptVectors { vectors = [:] }
    let missing = pictures.filter { vectors[$0.content] == nil }
    var answers =
      missing.isEmpty
      ? [][...]
      : try worker.embed(
        pictures: missing.map(\.picture), began: facts, isStopped: isStopped)[...]
    return pictures.map { picture in
      if let vector = vectors[picture.content] { return .success(vector) }
      return (answers.popFirst() ?? .failure(VisionItemError("there is no vector"))).flatMap {
        PictureVectors.unit($0).map { .success($0) }
          ?? .failure(VisionItemError("the vector is zero"))
      }
    }
  }

  /// nil where fewer than two pictures of the pool show the latent.
  func monosemanticity(ofLatent latent: Int) -> Measured? {
    // Pictures without a vector are left out, and so are their activations.
    let places = poolVectors.indices.filter { poolVectors[$0] != nil }
    guard let vectors = PictureVectors(places.compactMap { poolVectors[$0] }) else { return nil }
    let activity = pool.activations.activity(ofLatent: latent)
    var activations: [Int: Float] = [:]
    for (number, place) in places.enumerated() { activations[number] = activity[place]?.max }
    guard
      let found = Monosemanticity(
        activations, over: vectors, trials: trials(of: .monosemanticity),
        seed: seed ^ UInt64(latent))
    else { return nil }
    return Measured(
      value: found.value, baseline: found.baseline, count: found.count,
      details: ["baselineDeviation": .number(found.baselineDeviation ?? 0)])
  }
}
