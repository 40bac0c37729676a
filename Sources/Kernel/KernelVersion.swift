/// The kernel's own facts.
package enum KernelVersion {
  /// The version of this program, as `initialize` reports it.
  package static let current = "0.1.0"
}
