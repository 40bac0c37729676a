import JSONRPC
import Jobs
import KernelProtocol

/// A request about jobs, none of which waits for the engine.
protocol JobAnswerable: Request {
  static func answer(_ params: Params, jobs: JobTable<Engine>, call: Call) throws -> Result
}
