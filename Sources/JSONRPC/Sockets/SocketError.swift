import Glibc

/// Why a socket cannot be listened at or reached.
package enum SocketError: Error, Sendable, Equatable {
  case pathTooLong(path: String, bytes: Int, limit: Int)
  case noPath(String)
  case folder(path: String, reason: String)
  case notASocket(path: String)
  case inUse(path: String)
  case nobodyListens(path: String)
  /// A call of the system's that failed.
  case system(doing: String, path: String, error: Int32)
}

extension SocketError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .pathTooLong(let path, let bytes, let limit):
      "the socket's path has \(bytes) bytes, at most \(limit) are allowed: \(path)"
    case .noPath(let path): "\"\(path)\" cannot be the path of a socket"
    case .folder(let path, let reason): "the socket's folder \(path) is refused: \(reason)"
    case .notASocket(let path): "\(path) exists and is not a socket, so it is left as it is"
    case .inUse(let path): "a kernel listens at \(path) already"
    case .nobodyListens(let path): "no kernel listens at \(path)"
    case .system(let doing, let path, let error):
      "\(doing) \(path) failed: \(unsafe String(cString: strerror(error)))"
    }
  }
}
