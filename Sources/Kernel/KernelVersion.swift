/// The kernel's own facts.
package enum KernelVersion {
  /// What `lucarne --version` and `initialize` report: a release, or the next one with `-dev`.
  /// CHANGELOG.md says how versions are made.
  package static let current = "0.2.0-dev"
}
