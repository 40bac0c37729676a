import KernelProtocol

/// Changes of features as they are typed: `zero 182 at last, scale 352 0.5 at question`.
///
/// An operation, a feature, a value (for every operation but zero), and perhaps where: `at` with
/// `question`, `image`, `base`, `tiles`, `last` or several of them joined by `+`; `generated` has
/// the change made at every generated token too. Without `at` all of the prompt is changed.
struct ChangeText {
  /// Why a text is none.
  struct Malformed: Error, CustomStringConvertible {
    let description: String
  }

  private static let form =
    "OPERATION FEATURE [VALUE] [at PLACE] [generated], such as \"zero 182 at last\""

  let interventions: [KernelProtocol.Intervention]

  /// - Parameter sae: the autoencoder whose features they are.
  init(_ text: String, sae: String) throws(Malformed) {
    var found: [KernelProtocol.Intervention] = []
    for change in text.split(separator: ",", omittingEmptySubsequences: false) {
      found.append(try Self.intervention(change, sae: sae))
    }
    interventions = found
  }

  private static func intervention(
    _ text: Substring, sae: String
  ) throws(Malformed) -> KernelProtocol.Intervention {
    var words = text.split(separator: " ")[...]
    func refuse(_ what: String) -> Malformed {
      let change = text.split(separator: " ").joined(separator: " ")
      return Malformed(description: "the change \"\(change)\" \(what), expected \(form)")
    }
    guard let first = words.popFirst(),
      let operation = Intervention.Operation(rawValue: String(first))
    else {
      let known = Intervention.Operation.allCases.map(\.rawValue).joined(separator: ", ")
      throw refuse("begins with none of \(known)")
    }
    guard let feature = words.popFirst().flatMap({ Int($0) }), feature >= 0 else {
      throw refuse("names no feature")
    }
    var intervention = Intervention(op: operation, feature: FeatureRef(sae: sae, index: feature))
    if operation != .zero {
      guard let value = words.popFirst().flatMap({ Double($0) }), value.isFinite else {
        throw refuse("has no value")
      }
      intervention.value = value
    }
    if words.first == "at" {
      words.removeFirst()
      guard let place = words.popFirst() else { throw refuse("names no place behind \"at\"") }
      var regions: [Region] = []
      for name in place.split(separator: "+") {
        guard let region = Region(place: name) else {
          throw refuse("names the place \"\(name)\", which is none of \(Region.placeNames)")
        }
        regions.append(region)
      }
      intervention.at = regions
    }
    if words.first == "generated" {
      words.removeFirst()
      intervention.generated = true
    }
    guard words.isEmpty else { throw refuse("goes on with \"\(words.joined(separator: " "))\"") }
    return intervention
  }
}

extension Region {
  static let placeNames = "question, image, base, tiles, last"

  /// - Parameter place: as changes of features are typed.
  init?(place: Substring) {
    switch place {
    case "question": self = .part("question")
    case "image": self = .image(0, view: nil, box: nil)
    case "base", "tiles": self = .image(0, view: String(place), box: nil)
    case "last": self = .last(1)
    default: return nil
    }
  }

  /// As changes of features are typed; nil for a region that they have no word for.
  var place: String? {
    switch self {
    case .part("question"): "question"
    case .image(0, view: nil, box: nil): "image"
    case .image(0, let view?, box: nil) where ["base", "tiles"].contains(view): view
    case .last(1): "last"
    default: nil
    }
  }
}
