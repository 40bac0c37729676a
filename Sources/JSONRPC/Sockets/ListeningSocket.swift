import Glibc

/// A Unix-domain socket that this process alone listens at and that only its user can reach.
package final class ListeningSocket: Sendable {
  /// Somebody who knocked.
  package enum Arrival: Sendable, Equatable {
    /// A client of our user; the descriptor is the caller's to close.
    case client(descriptor: Int32, process: Int)
    /// Somebody else, who was turned away.
    case refused(user: UInt32)
    /// Nobody, though they may still come.
    case nobody
    /// The system has no descriptor left for them.
    case noRoom(error: Int32)
  }

  package let descriptor: Int32
  package let address: SocketAddress
  private let lock: SocketLock
  private let user: UInt32
  /// Which file the socket is: nothing else at its path is ever removed.
  private let identity: (device: dev_t, node: ino_t)

  /// Makes the socket, in the place of one that was left behind.
  ///
  /// - Parameters:
  ///   - lock: the socket's lock where a parent took it already.
  ///   - user: whose clients are let in.
  /// - Throws: where the folder is open to others, something else has the path, or
  ///   somebody listens there.
  package init(
    _ address: SocketAddress, lock: SocketLock? = nil, user: UInt32 = geteuid()
  ) throws(SocketError) {
    try Self.prepareFolder(address.folder)
    let held: SocketLock?
    if let lock { held = lock } else { held = try SocketLock.take(address) }
    guard let held else { throw .inUse(path: address.path) }
    try Self.removeLeftover(address)
    let descriptor = try SocketAddress.makeSocket(address.path)
    // Linux makes the file with the mode of the descriptor; the umask is
    // every thread's and child's.
    let isBound =
      unsafe fchmod(descriptor, 0o600) == 0
      && address.withAddress { unsafe bind(descriptor, $0, $1) } == 0
    let error = errno
    var status = stat()
    guard isBound, unsafe lstat(address.path, &status) == 0, listen(descriptor, 512) == 0 else {
      close(descriptor)
      throw .system(doing: "listening at", path: address.path, error: isBound ? errno : error)
    }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    self.address = address
    self.descriptor = descriptor
    self.lock = held
    self.user = user
    identity = (status.st_dev, status.st_ino)
  }

  /// Makes the folder, for its user alone, or refuses one where others
  /// could put a socket of theirs.
  package static func prepareFolder(_ folder: String) throws(SocketError) {
    if unsafe mkdir(folder, 0o700) != 0, errno != EEXIST {
      throw .system(doing: "making the folder", path: folder, error: errno)
    }
    var status = stat()
    guard unsafe stat(folder, &status) == 0 else {
      throw .system(doing: "looking at the folder", path: folder, error: errno)
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw .folder(path: folder, reason: "it is not a folder")
    }
    guard status.st_uid == geteuid() else {
      throw .folder(path: folder, reason: "it belongs to user \(status.st_uid)")
    }
    guard status.st_mode & 0o022 == 0 else {
      let mode = String(status.st_mode & 0o777, radix: 8)
      throw .folder(
        path: folder, reason: "others can write to it (mode \(mode)); expected mode 700 or similar")
    }
  }

  /// Removes a socket that nobody listens at; the caller holds its lock.
  package static func removeLeftover(_ address: SocketAddress) throws(SocketError) {
    var status = stat()
    guard unsafe lstat(address.path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path: address.path) }
    do throws(SocketError) {
      close(try address.connect())
    } catch .nobodyListens {
      unsafe unlink(address.path)
      return
    } catch { throw error }
    throw .inUse(path: address.path)
  }

  /// Takes in whoever knocks, without waiting.
  package func accept() -> Arrival {
    let client = Glibc.accept(descriptor, nil, nil)
    guard client >= 0 else {
      return [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) ? .noRoom(error: errno) : .nobody
    }
    _ = fcntl(client, F_SETFD, FD_CLOEXEC)
    let peer = PeerCredentials(of: client)
    guard let peer, peer.user == user else {
      close(client)
      return .refused(user: peer?.user ?? .max)
    }
    return .client(descriptor: client, process: peer.process)
  }

  /// Takes the socket away, so that nobody knocks any more; the lock is held on to.
  package func remove() {
    var status = stat()
    guard unsafe lstat(address.path, &status) == 0,
      (status.st_dev, status.st_ino) == identity
    else { return }
    unsafe unlink(address.path)
  }

  deinit { close(descriptor) }
}
