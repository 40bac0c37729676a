package import Tensors

/// Which tensors of a run are kept, and those that it met.
package struct SiteTap: Sendable {
  package let sites: Set<Site>
  /// By site; of the last block of a run the rows that were computed.
  package private(set) var found: [Site: Matrix] = [:]

  package init(_ sites: Set<Site> = []) { self.sites = sites }

  /// Takes a tensor where it is wanted; what is not wanted is not made.
  mutating func meet(_ site: Site, _ tensor: @autoclosure () throws -> Matrix) rethrows {
    if sites.contains(site) { found[site] = try tensor() }
  }
}
