import JSON
import JSONRPC
import KernelProtocol

/// The answers of `job/*`, none of which waits for the engine.
func jobAnswer(_ call: Call, _ jobs: JobTable) throws -> JSONValue {
  switch call.method {
  case JobList.method:
    let params: JobList.Params = try call.decodeParams()
    return try JSONValue(
      encoding: jobs.list(
        state: params.state, offset: params.offset ?? 0, limit: params.limit ?? 100))
  case JobLog.method: return try JSONValue(encoding: jobs.log(call.decodeParams()))
  case JobWait.method:
    let params: JobWait.Params = try call.decodeParams()
    return try JSONValue(
      encoding: jobs.wait(
        for: params.job, seconds: Double(params.timeoutMs ?? 60_000) / 1_000,
        checkStop: call.checkStop))
  default: break
  }
  let params: JobReference = try call.decodeParams()
  let job =
    switch call.method {
    case JobGet.method: try jobs.get(params.job)
    case JobCancel.method: try jobs.cancel(params.job)
    case JobPause.method: try jobs.pause(params.job)
    case JobResume.method:
      try jobs.resume(
        params.job, subscribe: call.params.decode(JobOptions.self).subscribe ?? false,
        client: call.client)
    default: throw ResponseFailure.methodNotFound(call.method)
    }
  return try JSONValue(encoding: job)
}
