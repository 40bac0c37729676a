import Benchmarks
import KernelProtocol
import Reports

/// A change that a search tries: one or several features, each at a place.
struct SearchedChange {
  /// Features in the order in which they were added.
  let parts: [Recipe.Change]
  /// Unlike that of any other change: what it does, in words.
  let name: String

  init(_ parts: [Recipe.Change]) {
    self.parts = parts
    name = parts.map(Self.words).joined(separator: " + ")
  }

  var features: Set<Int> { Set(parts.map(\.feature)) }

  func arm(_ sae: String) -> EvaluatedArm {
    EvaluatedArm(
      arm: Arm(name: name, role: .intervention),
      interventions: parts.map { $0.intervention(of: sae) })
  }

  private static func words(_ change: Recipe.Change) -> String {
    let value = change.value.map { " " + number($0) } ?? ""
    return "\(change.op.rawValue) \(change.feature)\(value)" + place(change)
  }

  /// With two digits behind the point, or as many as tell it from others.
  private static func number(_ value: Double) -> String {
    let short = NumberText.fixed(value, 2)
    return Double(short) == value ? short : "\(Float(value))"
  }

  private static func place(_ change: Recipe.Change) -> String {
    switch change.at?.first {
    case .part(let part)?: " at \(part)"
    case .image?: " at image"
    case .last?: " at last"
    case .span?: ""
    case nil: change.at == nil ? "" : " at generated"
    }
  }
}

extension SteeringSearch.Params {
  /// Every change of one feature that is tried, feature after feature.
  /// - Parameter quantile: of a feature's positive activations.
  func singleChanges(
    of features: [Int], quantile: (Double, Int) -> Double?
  ) -> [SearchedChange] {
    let places = self.places ?? [.all, .question, .image, .last]
    var names: Set<String> = []
    let changes = features.flatMap { feature in
      operations(on: feature, quantile: quantile).flatMap { operation in
        places.map { place in
          var change = operation
          switch place {
          case .all: change.at = nil
          case .question: change.at = [.part(QuestionParts.question)]
          case .image: change.at = [.image(0, view: nil, box: nil)]
          case .last: change.at = [.last(1)]
          case .generated: (change.at, change.generated) = ([], true)
          }
          return SearchedChange([change])
        }
      }
    }
    // A value or a place that is named twice.
    return changes.filter { names.insert($0.name).inserted }
  }

  private func operations(
    on feature: Int, quantile: (Double, Int) -> Double?
  ) -> [Recipe.Change] {
    var found: [Recipe.Change] = []
    if operations?.zero ?? true { found.append(.init(op: .zero, feature: feature)) }
    found += (operations?.scales ?? [0.5]).map { .init(op: .scale, feature: feature, value: $0) }
    found += (operations?.quantiles ?? [0.9]).compactMap { share in
      quantile(share, feature).map { .init(op: .clamp, feature: feature, value: $0) }
    }
    return found
  }
}
