import Glibc

/// A process that this one starts and speaks to, with a pipe to its standard input and one from its
/// standard output. Used by one thread at a time.
package final class ChildProcess {
  package enum ErrorStream {
    /// This process' own.
    case inherited
    /// A pipe, read at `errors`.
    case piped
  }

  package let id: Int32
  /// The descriptors of the two pipes, for threads of their own on either side; -1 once closed.
  package private(set) var input: Int32
  package let output: Int32
  /// What the child writes to standard error, where that is a pipe; -1 where it is not.
  package let errors: Int32
  private let ownsGroup: Bool
  private var ending: Int32?

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - program: its path.
  ///   - arguments: with its name as the first.
  ///   - ownsGroup: whether it begins a process group, which `kill` then ends as a whole.
  /// - Throws: `ChildError`.
  package init(
    _ program: String, arguments: [String], errors: ErrorStream = .inherited,
    ownsGroup: Bool = false
  ) throws(ChildError) {
    var pipes: [(read: Int32, write: Int32)] = []
    do throws(ChildError) {
      for _ in 0..<(errors == .piped ? 3 : 2) { pipes.append(try Self.makePipe()) }
    } catch {
      for pipe in pipes {
        close(pipe.read)
        close(pipe.write)
      }
      throw error
    }
    let (toChild, fromChild) = (pipes[0], pipes[1])
    let errorPipe = pipes.count == 3 ? pipes[2] : (read: -1, write: -1)
    let status: Int32
    (id, status) = Self.spawn(
      program, arguments, input: toChild.read, output: fromChild.write, errors: errorPipe.write,
      ownsGroup: ownsGroup)
    (input, output, self.errors) = (toChild.write, fromChild.read, errorPipe.read)
    self.ownsGroup = ownsGroup
    close(toChild.read)
    close(fromChild.write)
    if errorPipe.write >= 0 { close(errorPipe.write) }
    guard status == 0 else {
      // The descriptors go with the object, whose members are all there.
      ending = 127 << 8
      throw ChildError(number: status)
    }
  }

  deinit {
    closeInput()
    close(output)
    if errors >= 0 { close(errors) }
  }

  /// - Returns: whether all bytes were taken; false where the child reads no more.
  package func write(_ bytes: [UInt8], goesOn: () -> Bool = { true }) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard goesOn() else { return false }
      guard isReady(input, for: POLLOUT, milliseconds: 100) else { continue }
      // A pipe that takes something takes this much without making its writer wait.
      let count = unsafe rest.prefix(Int(PIPE_BUF)).withUnsafeBytes {
        unsafe Glibc.write(input, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Waits for the next bytes; none once the child has closed its output.
  package func read() -> ArraySlice<UInt8> {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(output, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      return bytes.prefix(max(0, count))
    }
  }

  /// Whether there is something to read within a time, the end included.
  package func hasOutput(within milliseconds: Int32 = 0) -> Bool {
    isReady(output, for: POLLIN, milliseconds: milliseconds)
  }

  private func isReady(_ descriptor: Int32, for events: Int32, milliseconds: Int32) -> Bool {
    var question = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    return unsafe poll(&question, 1, milliseconds) > 0
  }

  /// Closes the child's input, which also tells it to end.
  package func closeInput() {
    guard input >= 0 else { return }
    close(input)
    input = -1
  }

  /// Ends it by a signal, and its group where it has one of its own.
  package func kill(_ signal: Int32 = SIGKILL) {
    guard ending == nil else { return }
    _ = Glibc.kill(ownsGroup ? -id : id, signal)
  }

  /// Whether it has ended, within a time.
  package func hasEnded(within milliseconds: Int) -> Bool {
    var left = milliseconds
    while ending == nil {
      var status: Int32 = 0
      let found = unsafe waitpid(id, &status, WNOHANG)
      if found == id { ending = status }
      if found < 0, errno != EINTR { ending = 0 }
      guard ending == nil, left > 0 else { break }
      Thread.sleep(milliseconds: 5)
      left -= 5
    }
    return ending != nil
  }

  /// Its exit code once it has ended; nil where a signal ended it.
  package var exitCode: Int32? {
    guard let ending, ending & 0x7F == 0 else { return nil }
    return ending >> 8 & 0xFF
  }

  /// Waits for the end and says what it was: `ended with exit code 1`, `was ended by signal 9`.
  package func waitForEnd() -> (isClean: Bool, ending: String) {
    closeInput()
    if ending == nil {
      var status: Int32 = 0
      while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
      ending = status
    }
    let status = ending ?? 0
    let signal = status & 0x7F
    let code = status >> 8 & 0xFF
    if signal != 0 { return (false, "was ended by signal \(signal)") }
    return (code == 0, "ended with exit code \(code)")
  }

  private static func makePipe() throws(ChildError) -> (read: Int32, write: Int32) {
    var descriptors: [Int32] = [-1, -1]
    // Not inherited, or a child would hold its own input, or another's, open.
    guard unsafe pipe(&descriptors) == 0 else { throw ChildError(number: errno) }
    for descriptor in descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    return (descriptors[0], descriptors[1])
  }

  private static func spawn(
    _ program: String, _ arguments: [String], input: Int32, output: Int32, errors: Int32,
    ownsGroup: Bool
  ) -> (pid_t, Int32) {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    if errors >= 0 { unsafe posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO) }
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    if ownsGroup {
      unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
      unsafe posix_spawnattr_setpgroup(&attributes, 0)
    }
    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer {
      for index in unsafe words.indices { unsafe free(words[index]) }
    }
    var id = pid_t()
    let status = unsafe posix_spawn(&id, program, &actions, &attributes, &words, environ)
    return (id, status)
  }
}

/// The system starts no further process.
package struct ChildError: Error, CustomStringConvertible {
  package let description: String

  init(number: Int32) { description = unsafe String(cString: strerror(number)) }
}
