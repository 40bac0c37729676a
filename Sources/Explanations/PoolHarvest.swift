import Autoencoders
import Corpora
package import FeatureIndex
package import Images
import Indexing
package import Interpretation
package import Models
package import Tensors

/// Runs drawn pictures, one a step, as their index ran them.
///
/// A picture runs without the text behind it, which its own positions do not see.
package final class PoolHarvest {
  private let store: FeatureIndexStore
  private let coder: ItemCoder
  private let view: IndexView
  private let drawn: PoolDraw
  private var collector = LatentMapCollector()
  private var members: [PicturePool.Member] = []
  package private(set) var done = 0
  /// Pictures that could not be run, and why.
  package private(set) var skipped: [String] = []

  package init(
    _ drawn: PoolDraw, of store: FeatureIndexStore, model: Model, autoencoder: LoadedAutoencoder,
    view: IndexView
  ) {
    self.drawn = drawn
    self.store = store
    self.view = view
    coder = ItemCoder(
      model: model, autoencoder: autoencoder, views: [view],
      usesTemplate: store.options.template == "model")
  }

  package var total: Int { drawn.items.count }

  /// Runs the next picture.
  ///
  /// - Parameters:
  ///   - limits: what decoding the picture may cost.
  ///   - admit: may refuse, by throwing, what the run and the maps take, in bytes.
  /// - Throws: what `admit` throws; `FeatureIndexError`; `CancellationError`, after which the step
  ///   may be repeated.
  package func step(
    limits: PictureLimits, admit: (Int) throws -> Void, cancellation: Cancellation
  ) throws {
    let number = drawn.items[done]
    guard let item = try store.item(number: number), let location = item.picture else {
      return skip("item \(number) has no picture")
    }
    let picture: Picture
    do {
      picture = try PictureDecoder(limits: limits).picture(from: location.bytes())
    } catch { return skip("\(item.name): \(error)") }
    let entry = CorpusEntry(name: item.name, picture: location)
    let prepared = PreparedEntry(
      entry: entry, position: done, digest: [], content: .usable(picture))
    let held = collector.heldBytes
    let code: ItemCode
    do {
      let harvested = try coder.harvest(
        prepared, picture: picture, admit: { try admit($0 + held) }, cancellation: cancellation)
      code = try coder.encode(harvested, cancellation: cancellation)
    } catch let error as ModelError { return skip("\(item.name): \(error)") }
    collector.append(code.views[view], picture: members.count)
    members.append(.init(item: number, grid: item.layout.grid(of: view)))
    done += 1
  }

  private func skip(_ reason: String) {
    skipped.append(reason)
    done += 1
  }

  package func finish() -> PicturePool {
    PicturePool(
      view: view, members: members,
      activations: collector.finish(latentCount: coder.autoencoder.weights.latentCount))
  }
}
