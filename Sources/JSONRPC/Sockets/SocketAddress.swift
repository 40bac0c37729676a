import Glibc

/// A Unix-domain socket's place in the file system.
package struct SocketAddress: Sendable, Equatable {
  /// The most bytes of a path: `sockaddr_un` has 108, the last of them zero.
  package static let longestPath = 107

  package let path: String

  /// - Parameter path: an absolute path, at most `longestPath` bytes.
  package init(path: String) throws(SocketError) {
    guard path.hasPrefix("/"), !path.hasSuffix("/"), !path.utf8.contains(0) else {
      throw .noPath(path)
    }
    guard path.utf8.count <= Self.longestPath else {
      throw .pathTooLong(path: path, bytes: path.utf8.count, limit: Self.longestPath)
    }
    self.path = path
  }

  /// The folder that the socket lies in.
  package var folder: String {
    let end = path.lastIndex(of: "/") ?? path.startIndex
    return end == path.startIndex ? "/" : String(path[..<end])
  }

  /// Where the lock of whoever listens lies.
  package var lockPath: String { path + ".lock" }

  /// Where a server that a client started writes its log.
  package var logPath: String { path + ".log" }

  /// Connects to whoever listens.
  /// - Returns: the connection's descriptor, which the caller closes.
  /// - Throws: `nobodyListens` where there is no socket, or one that was left behind.
  package func connect() throws(SocketError) -> Int32 {
    let descriptor = try Self.makeSocket(path)
    guard unsafe withAddress({ unsafe Glibc.connect(descriptor, $0, $1) }) != 0 else {
      return descriptor
    }
    let error = errno
    close(descriptor)
    if error == ENOENT || error == ECONNREFUSED { throw .nobodyListens(path: path) }
    throw .system(doing: "connecting to", path: path, error: error)
  }

  static func makeSocket(_ path: String) throws(SocketError) -> Int32 {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_UNIX, kind, 0)
    guard descriptor >= 0 else {
      throw .system(doing: "making a socket for", path: path, error: errno)
    }
    return descriptor
  }

  /// Calls `body` with the address as the system takes it.
  func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe body(pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
