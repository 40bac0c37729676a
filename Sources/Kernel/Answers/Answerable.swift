package import JSONRPC
import Jobs
package import KernelProtocol

/// A request that the engine's thread answers.
package protocol EngineAnswerable: Request {
  static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result
}

/// A request about indexes that the index thread answers, without a model.
protocol ShelfAnswerable: Request {
  static func answer(_ params: Params, shelf: IndexShelf, call: Call) throws -> Result
}

/// A request that begins with the engine and ends with an index, whose files the
/// engine does not wait for.
protocol EngineThenShelfAnswerable: Request {
  /// What the engine's part finds.
  associatedtype Prepared: Sendable
  /// Runs on the engine's thread.
  static func prepare(_ params: Params, engine: Engine, call: Call) throws -> Prepared
  /// Runs on the index thread.
  static func answer(
    _ params: Params, _ prepared: Prepared, shelf: IndexShelf, call: Call
  ) throws -> Result
}

/// A request about jobs, none of which waits for the engine.
protocol JobAnswerable: Request {
  static func answer(_ params: Params, jobs: JobTable<Engine>, call: Call) throws -> Result
}
