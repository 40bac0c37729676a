import Glibc

/// Whose process holds the other end of a connection inside this machine.
///
/// An address with its token can be seen by other users of the machine, in the list of processes,
/// while the browser is started with it.
package enum PeerUser {
  /// Whether the other end belongs to somebody else than this process' user and root.
  ///
  /// - Parameters:
  ///   - peer: the other end, in this machine.
  ///   - local: this end.
  /// - Returns: false where the system's tables do not know this end either, and so tell nothing.
  static func isForeign(_ peer: InternetAddress, to local: InternetAddress) -> Bool {
    if let user = SocketDiagnosis.user(of: peer, to: local) {
      return user != geteuid() && user != 0
    }
    // A table that changes while it is read may miss a line.
    for _ in 0..<3 {
      let table = contents(of: peer.isIPv6 ? "/proc/net/tcp6" : "/proc/net/tcp")
      if let user = user(of: peer, to: local, in: table) { return user != geteuid() && user != 0 }
      guard user(of: local, to: peer, in: table) != nil else { return false }
    }
    return true
  }

  /// - Parameter table: a line of names, then a socket a line, whose fields are its number, its own
  ///   address, the other's, its state, …, and in the eighth place its user.
  package static func user(
    of peer: InternetAddress, to local: InternetAddress, in table: String
  ) -> UInt32? {
    for line in table.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: " ", omittingEmptySubsequences: true)
      if fields.count > 7, fields[1] == peer.tableKey, fields[2] == local.tableKey {
        return UInt32(fields[7])
      }
    }
    return nil
  }

  /// The whole of a table, which the system gives in pieces and without a length.
  private static func contents(of path: String) -> String {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return String(decoding: text, as: UTF8.self) }
      text += buffer[..<count]
    }
  }
}
