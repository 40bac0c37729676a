import Glibc

/// A kernel that runs as this program's child, with a pipe to its standard input and one from its
/// standard output. Its standard error is this program's own.
final class KernelProcess {
  let id: pid_t
  private var input: Int32
  private let output: Int32
  private var isReaped = false

  /// Starts `lucarne serve`.
  /// - Parameter arguments: what follows `serve`.
  /// - Throws: `ClientError.cannotStart`.
  init(arguments: [String]) throws(ClientError) {
    let toChild = try Self.makePipe()
    let fromChild = try Self.makePipe()
    defer {
      close(toChild.read)
      close(fromChild.write)
    }
    let status: Int32
    (id, status) = Self.spawn(
      ["lucarne", "serve"] + arguments, input: toChild.read, output: fromChild.write)
    (input, output) = (toChild.write, fromChild.read)
    guard status == 0 else {
      close(input)
      close(output)
      throw .cannotStart(reason: Self.text(ofError: status))
    }
  }

  deinit {
    closeInput()
    close(output)
  }

  /// - Returns: whether all bytes were taken.
  func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(input, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Waits for the next bytes; none once the kernel has closed its output.
  func read() -> ArraySlice<UInt8> {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe Glibc.read(output, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      return bytes.prefix(max(0, count))
    }
  }

  /// Whether there is something to read, the end included.
  var hasOutput: Bool {
    var question = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&question, 1, 0) > 0
  }

  /// Closes the kernel's input, which also tells it to end.
  func closeInput() {
    guard input >= 0 else { return }
    close(input)
    input = -1
  }

  /// Waits for the end and says what it was: `ended with exit code 1`, `was ended by signal 9`.
  func waitForEnd() -> (isClean: Bool, ending: String) {
    closeInput()
    guard !isReaped else { return (true, "has ended") }
    isReaped = true
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    let code = status >> 8 & 0xFF
    if signal != 0 { return (false, "was ended by signal \(signal)") }
    return (code == 0, "ended with exit code \(code)")
  }

  private static func makePipe() throws(ClientError) -> (read: Int32, write: Int32) {
    var descriptors: [Int32] = [-1, -1]
    // Not inherited, or the kernel would hold its own input open.
    guard unsafe pipe(&descriptors) == 0 else {
      throw .cannotStart(reason: text(ofError: errno))
    }
    for descriptor in descriptors { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    return (descriptors[0], descriptors[1])
  }

  private static func spawn(
    _ arguments: [String], input: Int32, output: Int32
  ) -> (pid_t, Int32) {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer {
      for index in unsafe words.indices { unsafe free(words[index]) }
    }
    var id = pid_t()
    let status = unsafe posix_spawn(&id, "/proc/self/exe", &actions, nil, &words, environ)
    return (id, status)
  }

  private static func text(ofError number: Int32) -> String {
    unsafe String(cString: strerror(number))
  }
}
