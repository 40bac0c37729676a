import JSONRPC
import Jobs
import KernelProtocol

extension JobGet: JobAnswerable {
  static func answer(_ params: Params, jobs: JobTable<Engine>, call: Call) throws -> Result {
    try jobs.get(params.job)
  }
}
