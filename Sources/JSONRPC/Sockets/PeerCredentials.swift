import Glibc

/// Who holds the other end of a Unix-domain socket, as the system saw it when it was connected.
package struct PeerCredentials: Sendable, Equatable {
  package let process: Int
  package let user: UInt32

  /// - Returns: nil where the descriptor is no such socket.
  package init?(of descriptor: Int32) {
    // `struct ucred`: process, user and group, four bytes each.
    var numbers: [UInt32] = [0, 0, 0]
    var length = socklen_t(12)
    guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &numbers, &length) == 0,
      length == 12
    else { return nil }
    process = Int(numbers[0])
    user = numbers[1]
  }
}
