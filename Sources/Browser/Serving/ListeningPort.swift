import Glibc

/// A TCP port that this process listens at.
package final class ListeningPort: Sendable {
  let descriptor: Int32
  /// Where it listens; the port is the one that the system gave where 0 was asked for.
  package let address: InternetAddress

  package init(_ wanted: InternetAddress) throws(ListeningError) {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(wanted.isIPv6 ? AF_INET6 : AF_INET, kind, 0)
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    // Connections that have just ended keep nobody from listening again.
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size)
    if wanted.isIPv6 {
      _ = unsafe setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, size)
    }
    guard descriptor >= 0, unsafe wanted.withAddress({ unsafe bind(descriptor, $0, $1) }) == 0,
      listen(descriptor, 128) == 0,
      let address = InternetAddress.local(of: descriptor)
    else {
      let error = errno
      if descriptor >= 0 { close(descriptor) }
      throw ListeningError(address: wanted, number: error)
    }
    self.descriptor = descriptor
    self.address = address
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
  }

  /// Takes in whoever knocks, without waiting.
  /// - Returns: a descriptor that never waits; nil where nobody is there, or the process has no
  ///   descriptor left for them.
  func accept() -> Int32? {
    let client = Glibc.accept(descriptor, nil, nil)
    guard client >= 0 else { return nil }
    _ = fcntl(client, F_SETFD, FD_CLOEXEC)
    _ = fcntl(client, F_SETFL, O_NONBLOCK)
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    _ = unsafe setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size)
    _ = unsafe setsockopt(client, SOL_SOCKET, SO_KEEPALIVE, &on, size)
    return client
  }

  deinit { close(descriptor) }
}

/// A port cannot be listened at.
package struct ListeningError: Error, CustomStringConvertible {
  let address: InternetAddress
  let number: Int32

  /// Whether somebody else has the port.
  package var isInUse: Bool { number == EADDRINUSE }

  package var description: String {
    let reason = unsafe String(cString: strerror(number))
    return "listening at \(address.host):\(address.port) failed: \(reason)"
  }
}
