import FeatureIndex
import JSON
import JSONRPC
import Jobs
import KernelProtocol

/// Every method of the kernel but those of the base protocol: a method is found by what answers it.
/// A test holds this equal to `KernelProtocol.allRequests`, and so to protocol/openrpc.json.
let answers: [String: Answer] = {
  var table: [String: Answer] = [:]
  for request in allRequests {
    switch request {
    case let request as any EngineAnswerable.Type: table[request.method] = row(request)
    case let request as any ShelfAnswerable.Type: table[request.method] = row(request)
    case let request as any EngineThenShelfAnswerable.Type: table[request.method] = row(request)
    case let request as any JobAnswerable.Type: table[request.method] = row(request)
    case let request as any JobRequest.Type: table[request.method] = beginning(request)
    default: break
    }
  }
  table[Initialize.method] = .immediate { call, engine, directory in
    let params: Initialize.Params = try call.decodeParams()
    directory.name(
      call.client, params.clientInfo?.name, host: params.remote?.bounded.host)
    return try JSONValue(encoding: try engine.initialize(params, client: call.client))
  }
  table[PromptCheck.method] = .control { call, status, _ in
    try JSONValue(
      encoding: PromptCheck.answer(call.decodeParams(), host: status.host(of: call.client)))
  }
  table[KernelStatus.method] = .control { call, status, jobs in
    var current = status.current(for: call.client)
    let running = jobs.runningJobs
    current.jobs = running.isEmpty ? nil : running
    return try JSONValue(encoding: current)
  }
  table[Discover.method] = .control { _, _, _ in try JSONValue(parsing: Array(openRPCDocument.utf8))
  }
  return table
}()

/// What requests do to a client's indexes. What reads or writes one finds those open that were
/// opened before it, and in them what was written before it.
let orders: [String: RequestOrder] = {
  let looks =
    [
      IndexInfo.method, IndexSkipped.method, FeatureExamples.method, FeatureRender.method,
      FeatureDashboard.method, IndexSearch.method, IndexNeighbours.method, ExplanationGet.method,
      ExplanationList.method, FeatureInfo.method,
    ] + jobRequests.map { $0.method }
  let changes = [IndexOpen.method, IndexClose.method, ExplanationPut.method]
  return Dictionary(
    uniqueKeysWithValues: looks.map { ($0, .looks) } + changes.map { ($0, .changes) })
}()

private func row<R: EngineAnswerable>(_ request: R.Type) -> Answer {
  .engine { call, engine in
    try JSONValue(encoding: R.answer(call.decodeParams(), engine: engine, call: call))
  }
}

private func row<R: ShelfAnswerable>(_ request: R.Type) -> Answer {
  .shelf { call, shelf in
    let params: R.Params = try call.decodeParams()
    return try FeatureIndexStore.stopping(when: { call.shouldStop }) {
      try JSONValue(encoding: R.answer(params, shelf: shelf, call: call))
    }
  }
}

private func row<R: EngineThenShelfAnswerable>(_ request: R.Type) -> Answer {
  .engineThenShelf { call, engine in
    let params: R.Params = try call.decodeParams()
    let prepared = try R.prepare(params, engine: engine, call: call)
    return { try JSONValue(encoding: R.answer(params, prepared, shelf: $0, call: call)) }
  }
}

private func row<R: JobAnswerable>(_ request: R.Type) -> Answer {
  .job(R.lane) { call, jobs in
    try JSONValue(encoding: R.answer(call.decodeParams(), jobs: jobs, call: call))
  }
}

private func beginning<R: JobRequest>(_ request: R.Type) -> Answer {
  .job(R.lane) { call, jobs in
    try JSONValue(
      encoding: JobStarted(
        job: jobs.start(
          method: R.method, params: call.params, subscribe: JobOptions.subscribes(call),
          client: call.client)))
  }
}
