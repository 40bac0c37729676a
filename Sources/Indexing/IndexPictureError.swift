package import Images
import SystemReasons

/// Why the picture of an index's item cannot be shown.
package enum IndexPictureError: Error, Equatable, CustomStringConvertible {
  case none(item: String)
  case gone(item: String, reason: String)
  /// Its digest or its size is another than when the index was built.
  case changed(item: String, place: String)
  case unreadable(item: String, reason: ImageError)

  package var description: String {
    switch self {
    case .none(let item): "\(quoted(item)) has no picture"
    case .gone(let item, let reason):
      "the picture of \(quoted(item)) is not where it was: \(reason)"
    case .changed(let item, let place):
      "the picture of \(quoted(item)) in \(place) has changed since the index was built: its "
        + "digest is another"
    case .unreadable(let item, let reason): "the picture of \(quoted(item)): \(reason)"
    }
  }

  /// What would help.
  package var hint: String? {
    switch self {
    case .none, .unreadable: nil
    case .gone: "put it back, or build the index with keepPictures: copy"
    case .changed: "put the picture back, or build the index again"
    }
  }
}
