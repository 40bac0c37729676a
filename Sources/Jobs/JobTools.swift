package import Tensors

/// What every step may use.
package struct JobTools {
  package let cancellation: Cancellation
  /// Adds a line to the job's log.
  package let log: (String) -> Void

  package init(cancellation: Cancellation, log: @escaping (String) -> Void) {
    self.cancellation = cancellation
    self.log = log
  }
}
