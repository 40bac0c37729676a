import JSONRPC
import Jobs
import KernelProtocol

extension JobLog: JobAnswerable {
  static func answer(_ params: Params, jobs: JobTable<Engine>, call: Call) throws -> Result {
    try jobs.log(params)
  }
}
