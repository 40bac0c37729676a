import JSONRPC
import Jobs
import KernelProtocol

extension JobWait: JobAnswerable {
  static func answer(_ params: Params, jobs: JobTable<Engine>, call: Call) throws -> Result {
    try jobs.wait(
      for: params.job, seconds: Double(params.timeoutMs ?? 60_000) / 1_000,
      checkStop: call.checkStop)
  }
}
