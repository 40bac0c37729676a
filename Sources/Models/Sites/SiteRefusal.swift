/// Why a place of a model cannot be read or changed.
package struct SiteRefusal: Error, Equatable, CustomStringConvertible {
  package let reason: String

  package init(reason: String) { self.reason = reason }

  package var description: String { reason }
}
