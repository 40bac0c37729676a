/// The kernel's own facts.
package enum KernelVersion {
  /// What `lucarne --version` and `initialize` report: a release, or the next one with `-dev`.
  /// CHANGELOG.md says how versions are made.
  package static let current = "0.2.0-dev"

  /// The protocol's version, which `initialize` reports.
  package static let wire = "1.0"
}
