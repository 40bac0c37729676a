import Glibc
import JSONRPC

/// Opens an address in the user's browser.
enum BrowserOpening {
  /// Does so where there is a display and somebody to ask; the browser outlives this process and
  /// is not reached by what interrupts it.
  static func open(_ address: String) {
    let displays = ["DISPLAY", "WAYLAND_DISPLAY"].compactMap(environment)
    guard displays.contains(where: { !$0.isEmpty }), let opener = start(address) else { return }
    Thread.start(name: "opener", stackBytes: 1 << 20) {
      var status: Int32 = 0
      while unsafe waitpid(opener, &status, 0) < 0, errno == EINTR {}
    }
  }

  private static func start(_ address: String) -> pid_t? {
    var actions = unsafe posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    for descriptor in Int32(0)...2 {
      unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var none = sigset_t()
    var all = sigset_t()
    unsafe sigemptyset(&none)
    unsafe sigfillset(&all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | newSession
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
    let words = ["xdg-open", address]
    var arguments = unsafe words.map { unsafe strdup($0) }
    unsafe arguments.append(nil)
    defer { for index in words.indices { unsafe free(arguments[index]) } }
    var opener = pid_t()
    let error = unsafe posix_spawnp(&opener, "xdg-open", &actions, &attributes, arguments, environ)
    return error == 0 ? opener : nil
  }

  /// `POSIX_SPAWN_SETSID`, which Glibc's header shows to GNU programs alone.
  private static let newSession: Int32 = 0x80
}
