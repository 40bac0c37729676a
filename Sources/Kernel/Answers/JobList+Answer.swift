import JSONRPC
import Jobs
import KernelProtocol

extension JobList: JobAnswerable {
  static func answer(_ params: Params, jobs: JobTable<Engine>, call: Call) throws -> Result {
    jobs.list(state: params.state, offset: params.offset ?? 0, limit: params.limit ?? 100)
  }
}
