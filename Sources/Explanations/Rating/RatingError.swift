import SystemReasons

/// A rating sheet that cannot be made, or answers that cannot be read back.
package enum RatingError: Error, Sendable, Equatable {
  /// There is nothing to ask about; why, in words.
  case nothingToRate(String)
  /// A file that is no sheet's key, or no rater's answers.
  case unreadable(path: String, reason: String)
  /// Answers to another sheet than the key's.
  case otherSheet(path: String)
  /// A key of an index that has other explanations.
  case otherIndex(path: String, reason: String)
  case unknownItem(path: String, item: String)
  case answeredTwice(path: String, item: String)
  case raterTwice(rater: String, path: String, before: String)
}

extension RatingError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .nothingToRate(let reason): "there is nothing to rate: \(reason)"
    case .unreadable(let path, let reason): "\(path): \(reason)"
    case .otherSheet(let path): "\(path) has answers to another sheet than the key's"
    case .otherIndex(let path, let reason):
      "\(path) is the key of another index, or of one before it was changed: \(reason)"
    case .unknownItem(let path, let item):
      "\(path) answers the item \(quoted(item)), which the sheet does not have"
    case .answeredTwice(let path, let item):
      "\(path) answers the item \(quoted(item)) twice"
    case .raterTwice(let rater, let path, let before):
      "\(path) has answers of \(quoted(rater)), as \(before) has: give one file for each rater"
    }
  }
}
