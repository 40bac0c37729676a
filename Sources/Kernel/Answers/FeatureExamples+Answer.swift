package import FeatureIndex
import Indexing
import JSONRPC
package import KernelProtocol
import Models

extension FeatureExamples: ShelfAnswerable {
  static func answer(_ params: Params, shelf: IndexShelf, call: Call) throws -> Result {
    let entry = try shelf.entry(named: params.index, autoencoder: params.feature.sae)
    let (store, latent) = (entry.store, params.feature.index)
    try entry.check(latent: latent)
    let ranking = params.rankBy ?? .mean
    let view = try params.view.map { IndexView($0) } ?? store.strongestView(ofLatent: latent)
    let found = try store.exemplars(
      ofLatent: latent, view: view, ranking: ranking.value, offset: params.offset ?? 0,
      limit: params.topK ?? 5)
    return Result(
      index: entry.name, view: view.name, rankBy: ranking,
      items: found.map { Item($0, geometry: store.identity.geometry, options: store.options) })
  }
}

extension FeatureExamples.Ranking {
  package var value: IndexRanking {
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
