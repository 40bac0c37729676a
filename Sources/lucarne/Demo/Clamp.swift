import KernelProtocol

/// Some features held at values over a part of the prompt.
struct Clamp {
  /// Where features are held.
  enum Place: CaseIterable {
    case picture, prompt

    var text: String { self == .picture ? "over the picture" : "over the whole prompt" }
    var regions: [Region]? { self == .picture ? [.part(Interview.picturePart)] : nil }
  }

  let features: [FeatureRef]
  /// Of each feature.
  let values: [Double]
  /// The values as a multiple of each feature's largest activation on written words.
  let multiple: Double
  let place: Place

  var interventions: [Intervention] {
    zip(features, values).map { feature, value in
      Intervention(op: .clamp, feature: feature, value: value, at: place.regions)
    }
  }

  /// The same clamp of other features.
  func moved(to others: [FeatureRef]) -> Clamp {
    Clamp(features: others, values: values, multiple: multiple, place: place)
  }
}
