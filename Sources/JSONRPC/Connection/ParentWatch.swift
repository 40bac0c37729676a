import Glibc

/// Knows whether the client's process is still there. End of input tells the same, but only where
/// nobody else holds the other end of the pipe.
package struct ParentWatch {
  private let process: pid_t
  private let isOurParent: Bool

  package init?(processID: Int64) {
    guard processID > 0, let process = pid_t(exactly: processID) else { return nil }
    self.process = process
    isOurParent = getppid() == process
  }

  /// A process of another user counts as alive; a parent that died but was not reaped does not.
  package var isAlive: Bool {
    if isOurParent { return getppid() == process }
    return kill(process, 0) == 0 || errno == EPERM
  }
}
