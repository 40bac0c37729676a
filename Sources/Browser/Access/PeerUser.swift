import FoundationEssentials
import Glibc

/// Whose process holds the other end of a connection inside this machine.
///
/// An address with its token can be seen by other users of the machine, in the list of processes,
/// while the browser is started with it.
package enum PeerUser {
  /// - Parameters:
  ///   - peer: the other end.
  ///   - local: this end.
  /// - Returns: nil where the tables do not know, as for a peer in another network namespace.
  static func of(_ peer: InternetAddress, to local: InternetAddress) -> UInt32? {
    let path = peer.isIPv6 ? "/proc/net/tcp6" : "/proc/net/tcp"
    guard let table = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    return user(of: peer, to: local, in: table)
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
}
