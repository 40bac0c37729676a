import Autoencoders
import Benchmarks
import Interpretation
import KernelProtocol
import Tensors

/// Counts how active latents are where interventions are made, over the first questions of a set.
struct ActivityCount {
  private struct Place {
    let at: [Region]?
    var activity: LatentActivity
  }

  private let items: [QuestionItem]
  private let autoencoder: LoadedAutoencoder
  private let contexts: QuestionContexts
  private var places: [Place]
  private(set) var done = 0

  var total: Int { items.count }

  init(
    of arms: [EvaluatedArm], over items: ArraySlice<QuestionItem>, autoencoder: LoadedAutoencoder,
    contexts: QuestionContexts
  ) {
    self.items = Array(items)
    self.autoencoder = autoencoder
    self.contexts = contexts
    let none = LatentActivity(latentCount: autoencoder.weights.latentCount)
    places = []
    for intervention in arms.flatMap(\.interventions)
    where !places.contains(where: { $0.at == intervention.at }) {
      places.append(Place(at: intervention.at, activity: none))
    }
  }

  /// Takes in one question; one that cannot be asked is passed over.
  /// - Returns: whether all have been.
  mutating func step(_ engine: Engine, _ cancellation: Cancellation) throws -> Bool {
    guard done < items.count else { return true }
    let item = items[done]
    if let open = try contexts.openOrNone(item, engine: engine, cancellation: cancellation) {
      let code = try open.context.code(of: autoencoder, cancellation: cancellation)
      for number in places.indices {
        let limited = Region.limited(places[number].at, to: open.context)
        let positions = try open.context.positions(of: limited?.map(ContextRegion.init))
        places[number].activity.add(code, positions: positions)
      }
    }
    done += 1
    return done == items.count
  }

  subscript(intervention: KernelProtocol.Intervention) -> LatentActivity? {
    places.first { $0.at == intervention.at }?.activity
  }
}
