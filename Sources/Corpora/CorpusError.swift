/// What a corpus, or a share of one, can get wrong.
package enum CorpusError: Error, Sendable, Equatable {
  /// It cannot be read, or not from some place on.
  case unreadable(path: String, reason: String)
  /// A shard that there is not.
  case badShard(String)
}

extension CorpusError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unreadable(let path, let reason): "the corpus \(path) cannot be read: \(reason)"
    case .badShard(let message): message
    }
  }
}
