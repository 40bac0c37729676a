import JSONRPC
import Jobs
import KernelProtocol

extension JobResume: JobAnswerable {
  static func answer(_ params: Params, jobs: JobTable<Engine>, call: Call) throws -> Result {
    try jobs.resume(
      params.job, subscribe: JobOptions.subscribes(call), client: call.client)
  }
}
