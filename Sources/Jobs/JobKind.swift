package import JSON
import JSONRPC
package import KernelProtocol

/// How the jobs of a method are made.
package struct JobKind<Engine>: Sendable {
  package let method: String
  /// - Throws: where the params cannot be: the request that begins the job is refused with it.
  package let work: @Sendable (_ params: JSONValue) throws -> any JobWork<Engine>

  /// - Parameter work: makes the work of params that have the form of the method's.
  package init<Method: Request>(
    _ method: Method.Type,
    work: @escaping @Sendable (Method.Params) throws -> any JobWork<Engine>
  ) {
    self.method = Method.method
    self.work = { try work($0.decode()) }
  }
}
