import Tensors

/// The pre-activations that changes made, by row and latent.
struct ChangedLatents {
  typealias Place = Reselection.DroppedLatent

  /// Row by row; a value that is not positive counts as zero, but for signed activations.
  private(set) var rows: [Int: [Int: Float]] = [:]
  private var isRequest: [Place: Bool] = [:]
  private let isSigned: Bool

  /// - Parameter isSigned: whether values below zero are kept.
  init(isSigned: Bool = false) { self.isSigned = isSigned }

  /// The places that were given a value which should show in the code.
  var requests: [Place] { isRequest.filter(\.value).map(\.key) }

  /// The value at a place after one more change.
  /// - Parameter value: the pre-activation, as it is or as an earlier change left it.
  mutating func apply(
    _ change: LatentChange, row: Int, to value: Float
  ) throws(AutoencoderError) -> Float {
    let new = change.apply(to: isSigned ? value : max(0, value))
    guard new.isFinite else {
      throw .notFinite(what: "the changed pre-activation", row: row, column: change.latent)
    }
    rows[row, default: [:]][change.latent] = new
    isRequest[Place(row: row, latent: change.latent)] = change.isRequest(
      for: new, isSigned: isSigned)
    return new
  }

  /// Takes in what was done for other rows.
  mutating func merge(_ other: ChangedLatents, rows names: [Int]) {
    for (row, values) in other.rows { rows[names[row]] = values }
    for (place, wanted) in other.isRequest {
      isRequest[Place(row: names[place.row], latent: place.latent)] = wanted
    }
  }
}

extension LatentChange {
  /// Whether `value`, which this change made, should show in the code.
  fileprivate func isRequest(for value: Float, isSigned: Bool) -> Bool {
    switch rule {
    case .clamp: value != 0
    case .add: isSigned ? value != 0 : value > 0
    case .scale, .zero: false
    }
  }

  /// The same change of the rows `names` alone, which become rows 0, 1, ….
  func restricted(to names: [Int]) -> LatentChange {
    let rows = names.indices.filter { index in self.rows.contains { $0.contains(names[index]) } }
    return LatentChange(rows: rows.map { $0..<$0 + 1 }, latent: latent, rule: rule)
  }
}
