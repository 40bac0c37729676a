package import JSON
package import JSONRPC
import KernelProtocol
import Synchronization

/// Answers a connection's requests: one row of `answers` a method, errors made the wire's in one place.
package final class KernelHandler: RequestHandler {
  private let engine: EngineHolder
  private let status: StatusBoard
  private let jobs: JobTable
  private let shelf: IndexShelf

  package init(_ options: KernelOptions) {
    status = StatusBoard(limit: options.memoryLimit)
    jobs = JobTable(folder: options.jobFolder, kinds: jobKinds(explainerKey: options.explainerKey))
    shelf = IndexShelf(default: options.defaultIndex)
    engine = EngineHolder(Engine(options, shelf: shelf), status: status)
  }

  package func lane(of method: String) -> Lane? {
    answers[method]?.lane
  }

  package func answer(_ call: Call) throws -> JSONValue {
    do {
      switch answers[call.method] {
      case .immediate(let answer): return try answer(call, engine)
      case .control(let answer): return try answer(call, status, jobs)
      case .engine(let answer): return try engine.perform(call, answer)
      case .job(_, let answer): return try answer(call, jobs)
      case .shelf(let answer): return try answer(call, shelf)
      case nil: throw ResponseFailure.methodNotFound(call.method)
      }
    } catch let error where !(error is WireError || error is CancellationError) {
      throw domainFailure(error) ?? error
    }
  }

  /// Runs the steps of jobs that need the model behind the requests that wait for it.
  package func runJobs(on queue: WorkQueue) {
    jobs.runEngineSlices { [engine] body in queue.submit { engine.performSlice(body) } }
  }

  /// Where `job/didUpdate` goes.
  package func tellJobs(
    with send: @escaping @Sendable (_ method: String, JSONValue, _ key: String) -> Void
  ) {
    jobs.notify { job in
      guard let params = try? JSONValue(encoding: job) else { return }
      send(JobDidUpdate.method, params, "\(JobDidUpdate.method) \(job.job)")
    }
  }

  /// Lets every job come to rest where another process can go on with it.
  package func stopJobs(waiting seconds: Double) { jobs.stopAll(waiting: seconds) }

  /// How many engine requests wait; the connection counts them.
  package func countWaiting(with count: @escaping @Sendable () -> Int) {
    status.countWaiting(with: count)
  }
}

/// Where a method runs and what answers it.
enum Answer: Sendable {
  case immediate(@Sendable (Call, EngineHolder) throws -> JSONValue)
  case control(@Sendable (Call, StatusBoard, JobTable) throws -> JSONValue)
  case engine(@Sendable (Call, Engine) throws -> JSONValue)
  case shelf(@Sendable (Call, IndexShelf) throws -> JSONValue)
  /// Begins a job, or is about one.
  case job(Lane, @Sendable (Call, JobTable) throws -> JSONValue)

  var lane: Lane {
    switch self {
    case .immediate: .immediate
    case .control: .control
    case .engine: .engine
    case .shelf: .control
    case .job(let lane, _): lane
    }
  }
}

/// A request that the engine's thread answers.
protocol EngineAnswerable: Request {
  static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result
}

/// Every method of the kernel but those of the base protocol. A test holds this equal to
/// `KernelProtocol.allRequests`, and so to protocol/openrpc.json.
let answers: [String: Answer] = {
  let engine: [any EngineAnswerable.Type] = [
    ModelLoad.self, SAELoad.self,
    ContextOpen.self, ContextTokens.self, ContextLogits.self, ContextGenerate.self,
    ContextClose.self, PromptOpen.self,
    ActivationRead.self, FeatureActivations.self, FeatureInfo.self,
    AttributionCompute.self, AblationRun.self, SteeringGenerate.self, IndexOpen.self,
  ]
  let shelf: [any ShelfAnswerable.Type] = [
    IndexInfo.self, IndexClose.self, IndexSkipped.self, FeatureExamples.self,
    FeatureRender.self, FeatureDashboard.self,
    IndexSearch.self, IndexNeighbours.self, ExplanationPut.self, ExplanationGet.self,
    ExplanationList.self,
  ]
  var table = Dictionary(uniqueKeysWithValues: engine.map { ($0.method, row($0)) })
  for request in shelf { table[request.method] = row(request) }
  table[Initialize.method] = .immediate { call, engine in
    try JSONValue(encoding: engine.initialize(call.decodeParams()))
  }
  table[PromptCheck.method] = .control { call, _, _ in
    try JSONValue(encoding: PromptCheck.answer(call.decodeParams()))
  }
  table[KernelStatus.method] = .control { _, status, jobs in
    var current = status.current
    let running = jobs.runningJobs
    current.jobs = running.isEmpty ? nil : running
    return try JSONValue(encoding: current)
  }
  for method in [
    JobList.method, JobGet.method, JobCancel.method, JobPause.method, JobResume.method,
    JobLog.method,
  ] { table[method] = .job(.control, jobAnswer) }
  table[JobWait.method] = .job(.waiting, jobAnswer)
  for method in jobKinds().keys {
    table[method] = .job(.control) { call, jobs in
      let options = try call.params.decode(JobOptions.self)
      return try JSONValue(
        encoding: JobStarted(
          job: jobs.start(
            method: call.method, params: call.params, subscribe: options.subscribe ?? false)))
    }
  }
  table[Discover.method] = .control { _, _, _ in try JSONValue(parsing: Array(openRPCDocument.utf8))
  }
  return table
}()

/// What every request that begins a job, or goes on with one, takes beside its own params.
struct JobOptions: Decodable {
  /// Whether `job/didUpdate` is sent to this client.
  var subscribe: Bool?
}

private func row<R: EngineAnswerable>(_ request: R.Type) -> Answer {
  .engine { call, engine in
    try JSONValue(encoding: R.answer(call.decodeParams(), engine: engine, call: call))
  }
}

private func row<R: ShelfAnswerable>(_ request: R.Type) -> Answer {
  .shelf { call, shelf in
    try JSONValue(encoding: R.answer(call.decodeParams(), shelf: shelf, call: call))
  }
}
