import Glibc

/// What the system grants a process.
enum ProcessLimits {
  /// Allows as many descriptors as the system does: a client takes four, and
  /// the usual limit is 1,024.
  static func raiseDescriptors() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = min(limit.rlim_max, 1 << 16)
    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }
}
