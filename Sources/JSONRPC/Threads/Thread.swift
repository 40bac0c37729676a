import Glibc

/// A POSIX thread of our own: nothing that blocks or computes for long may sit on Swift's
/// cooperative pool, whose threads are as few as the cores.
package enum Thread {
  private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  /// Starts a detached thread, which our own few never fail to be.
  /// - Parameters:
  ///   - name: what tools show; at most 15 bytes are kept.
  ///   - stackBytes: the size of its stack.
  package static func start(
    name: String, stackBytes: Int = 8 << 20, body: @escaping @Sendable () -> Void
  ) {
    let isStarted = tryStart(name: name, stackBytes: stackBytes, body: body)
    precondition(isStarted, "no thread could be started")
  }

  /// Starts a detached thread; false where the machine gives no more of them. For threads
  /// whose number clients decide.
  package static func tryStart(
    name: String, stackBytes: Int = 8 << 20, body: @escaping @Sendable () -> Void
  ) -> Bool {
    let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
    if unsafe create(stackBytes: stackBytes, argument: start.toOpaque()) == 0 { return true }
    unsafe start.release()
    return false
  }

  private static func create(stackBytes: Int, argument: UnsafeMutableRawPointer) -> Int32 {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setstacksize(&attributes, stackBytes)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { unsafe pthread_attr_destroy(&attributes) }
    var thread = pthread_t()
    return unsafe pthread_create(&thread, &attributes, { unsafe Thread.main($0) }, argument)
  }

  private static func main(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument = unsafe argument {
      let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
      nameThisThread(start.name)
      start.body()
    }
    return nil
  }

  /// Lets other threads go first for a while.
  package static func sleep(milliseconds: Int) { usleep(UInt32(clamping: milliseconds * 1000)) }

  /// Through the file system: Glibc's own call is not visible from Swift.
  private static func nameThisThread(_ name: String) {
    let descriptor = unsafe open("/proc/thread-self/comm", O_WRONLY)
    guard descriptor >= 0 else { return }
    let bytes = Array(name.utf8.prefix(15))
    _ = unsafe write(descriptor, bytes, bytes.count)
    close(descriptor)
  }
}
