import JSONRPC
import Jobs
import KernelProtocol

extension JobCancel: JobAnswerable {
  static func answer(_ params: Params, jobs: JobTable<Engine>, call: Call) throws -> Result {
    try jobs.cancel(params.job)
  }
}
