import FeatureIndex
import Indexing
import Interpretation
import JSONRPC
import KernelProtocol
import Models

extension IndexOpen: EngineThenShelfAnswerable {
  /// The autoencoders that an index may belong to.
  struct Owners: Sendable {
    /// The one that was named.
    var wanted: (name: String, identity: IndexIdentity)?
    var known: [(name: String, identity: IndexIdentity)] = []
  }

  static func prepare(_ params: Params, engine: Engine, call: Call) throws -> Owners {
    _ = try FilePath(params.path)
    guard let name = params.sae else {
      return Owners(
        known: try engine.autoencoders.map { ($0.autoencoder.name, try engine.identity(of: $0)) })
    }
    return Owners(wanted: (name, try engine.identity(of: engine.autoencoder(named: name))))
  }

  static func answer(
    _ params: Params, _ owners: Owners, shelf: IndexShelf, call: Call
  ) throws -> Result {
    let store = try FeatureIndexStore.open(at: FilePath(params.path).path)
    if params.check == true, let failure = try store.integrityFailures().first {
      throw FeatureIndexError.invalid(path: store.path, reason: failure)
    }
    let owner: String?
    if let wanted = owners.wanted {
      guard store.identity == wanted.identity else {
        throw FeatureIndexError.stale(
          path: store.path, reason: wanted.identity.difference(from: store.identity))
      }
      owner = wanted.name
    } else {
      owner = owners.known.first { $0.identity == store.identity }?.name
    }
    return try shelf.add(store, autoencoder: owner).description()
  }
}

extension Engine {
  /// What an index must have been built for to belong to an autoencoder.
  func identity(of resident: ResidentAutoencoder) throws -> IndexIdentity {
    let name = resident.autoencoder.name
    if let known = identities[name] { return known }
    let identity = try IndexIdentity(
      model: model(named: resident.modelName).model, autoencoder: resident.autoencoder)
    identities[name] = identity
    return identity
  }
}

extension IndexInfo: ShelfAnswerable {
  static func answer(_ params: Params, shelf: IndexShelf, call: Call) throws -> Result {
    try shelf.entry(named: params.index).description()
  }
}

extension IndexClose: ShelfAnswerable {
  static func answer(_ params: Params, shelf: IndexShelf, call: Call) throws -> Result {
    try shelf.close(params.index)
    return Empty()
  }
}

extension IndexSkipped: ShelfAnswerable {
  static func answer(_ params: Params, shelf: IndexShelf, call: Call) throws -> Result {
    let store = try shelf.entry(named: params.index).store
    let found = try store.skipped(offset: params.offset ?? 0, limit: params.limit ?? 100)
    return Result(
      items: found.map {
        Item(name: $0.name, reason: $0.reason.rawValue, message: $0.message)
      })
  }
}

extension FeatureExamples: ShelfAnswerable {
  static func answer(_ params: Params, shelf: IndexShelf, call: Call) throws -> Result {
    let entry = try shelf.entry(named: params.index, autoencoder: params.feature.sae)
    let (store, latent) = (entry.store, params.feature.index)
    try entry.check(latent: latent)
    let ranking = params.rankBy ?? .mean
    let view = try params.view.map { IndexView($0) } ?? store.firstView(ofLatent: latent)
    let found = try store.exemplars(
      ofLatent: latent, view: view, ranking: ranking.value, offset: params.offset ?? 0,
      limit: params.topK ?? 5)
    return Result(
      index: entry.name, view: view.name, rankBy: ranking,
      items: found.map { Item($0, geometry: store.identity.geometry, options: store.options) })
  }
}

extension FeatureIndexStore {
  /// The first view where a latent is active; the first of all where it never is.
  func firstView(ofLatent latent: Int) throws -> IndexView {
    let found = try statistics(ofLatent: latent)
    return options.knownViews.first { found[$0] != nil } ?? options.firstView
  }
}

extension FeatureExamples.Ranking {
  var value: IndexRanking {
    switch self {
    case .max: .max
    case .mean: .mean
    case .mass: .mass
    }
  }
}

extension FeatureExamples.Item {
  init(_ found: ShownExemplar, geometry: ViewGeometry?, options: IndexOptions) {
    let (exemplar, item) = (found.exemplar, found.item)
    let boxes = item.boxes(in: exemplar.view, geometry)
    let positions = zip(found.map.positions, found.map.values).map { position, value in
      let box = boxes.indices.contains(Int(position)) ? boxes[Int(position)] : nil
      return FeatureExamples.Position(
        position: Int(position), value: Double(value), box: box.map { Box($0) })
    }
    self.init(
      item: exemplar.item, name: item.name, source: item.source, score: Double(exemplar.score),
      positions: positions)
    guard exemplar.view == .text else {
      image = FeatureExamples.Image(item, view: exemplar.view, geometry: geometry)
      return
    }
    let first = exemplar.span * options.spanTokens
    span = exemplar.span
    tokens = Array(item.tokens.dropFirst(first).prefix(options.spanTokens))
  }
}

extension FeatureExamples.Image {
  init(_ item: IndexItem, view: IndexView, geometry: ViewGeometry?) {
    let grid = item.layout.grid(of: view)
    let layout = item.pictureLayout(geometry)
    self.init(
      width: item.width, height: item.height, grid: [grid.rows, grid.columns],
      views: item.layout.views.map { known in
        layout?.view(named: known.name).map { KernelProtocol.PictureView($0) }
          ?? .init(name: known.name, rows: known.rows, columns: known.columns)
      })
    switch item.picture {
    case .file(let file): path = file
    case .slice(let file, let start, let count): (path, offset, length) = (file, start, count)
    case .stored, nil: break
    }
  }
}
