import JSONRPC
import Jobs
import KernelProtocol

extension JobPause: JobAnswerable {
  static func answer(_ params: Params, jobs: JobTable<Engine>, call: Call) throws -> Result {
    try jobs.pause(params.job)
  }
}
