/// Params that are about one context.
package protocol ContextParams: Codable, Sendable {
  var context: String { get }
  /// Where given, the context must be at this version, else `contextVersionMismatch`.
  var version: Int? { get }
}
