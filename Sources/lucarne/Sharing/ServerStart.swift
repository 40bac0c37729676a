import Glibc
import JSONRPC

/// Finds the kernel that listens at a socket, or starts it: once, however many
/// clients ask at the same time.
struct ServerStart {
  private let address: SocketAddress
  private let options: [String]
  /// Seconds that a kernel may take until it listens. It loads nothing before it is asked.
  private let patience = 30.0

  init(_ address: SocketAddress, options: [String]) {
    self.address = address
    self.options = options
  }

  /// - Returns: the connection's descriptor.
  func connect() throws(SocketError) -> Int32 {
    try ListeningSocket.prepareFolder(address.folder)
    let end = ContinuousClock.now + .seconds(patience)
    var server: pid_t?
    while true {
      do throws(SocketError) {
        return try address.connect()
      } catch .nobodyListens(let path) {
        // Somebody else's start, or a server that is ending, has the lock.
        if server == nil, let lock = try SocketLock.take(address) {
          server = try start(handing: lock)
        }
        if let started = server, hasEnded(started) || ContinuousClock.now > end {
          writeLine("lucarne: the kernel did not start: \(lastWords())", to: STDERR_FILENO)
          throw .nobodyListens(path: path)
        }
        guard ContinuousClock.now < end else { throw .nobodyListens(path: path) }
        usleep(5000)
      } catch { throw error }
    }
  }

  /// Starts a server in a session of its own that takes the lock over, so that nobody
  /// starts another meanwhile.
  private func start(handing lock: SocketLock) throws(SocketError) -> pid_t {
    keepDescriptorsToThisProcess()
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    let log = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW
    unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_addopen(&actions, 1, address.logPath, log, 0o600)
    unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
    unsafe posix_spawn_file_actions_adddup2(&actions, lock.descriptor, Self.lockDescriptor)
    var none = sigset_t()
    var all = sigset_t()
    unsafe sigemptyset(&none)
    unsafe sigfillset(&all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | Self.newSession))
    let program = Self.program()
    let words =
      [program, "serve", "--listen", address.path] + options
      + ["--lock-descriptor", String(Self.lockDescriptor)]
    var arguments = unsafe words.map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    defer { for index in words.indices { unsafe free(arguments[index]) } }
    var server = pid_t()
    let error = unsafe posix_spawn(&server, program, &actions, &attributes, arguments, environ)
    guard error == 0 else {
      throw .system(doing: "starting a kernel for", path: address.path, error: error)
    }
    return server
  }

  /// `POSIX_SPAWN_SETSID`, which Glibc's header shows to GNU programs alone.
  private static let newSession: Int32 = 0x80
  private static let lockDescriptor: Int32 = 3

  /// A server that outlives the client must not hold the client's pipes open.
  private func keepDescriptorsToThisProcess() {
    for descriptor in 3..<Int32(clamping: min(sysconf(Int32(_SC_OPEN_MAX)), 65_536)) {
      let flags = fcntl(descriptor, F_GETFD)
      if flags >= 0 { _ = fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) }
    }
  }

  private static func program() -> String {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/self/exe", &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : "/proc/self/exe"
  }

  private func hasEnded(_ process: pid_t) -> Bool {
    var status: Int32 = 0
    return unsafe waitpid(process, &status, WNOHANG) == process
  }

  /// The end of the server's log.
  private func lastWords() -> String {
    let descriptor = unsafe open(address.logPath, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "it left no log" }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let start = max(0, lseek(descriptor, 0, SEEK_END) - bytes.count)
    let count = unsafe pread(descriptor, &bytes, bytes.count, start)
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    return text.isEmpty ? "it said nothing" : text
  }
}
