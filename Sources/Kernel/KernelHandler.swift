package import JSON
package import JSONRPC
import KernelProtocol
import Synchronization

/// Answers the requests of one connection or many: one row of `answers` a method, errors made the wire's in one
/// place.
package final class KernelHandler: RequestHandler {
  private let engine: EngineHolder
  private let status: StatusBoard
  private let jobs: JobTable
  private let shelves: IndexShelves
  private let directory = ClientDirectory()

  package init(_ options: KernelOptions) {
    status = StatusBoard(
      limit: options.memoryLimit, directory: directory, isShared: options.isShared)
    jobs = JobTable(folder: options.jobFolder, kinds: jobKinds(explainerKey: options.explainerKey))
    shelves = IndexShelves(default: options.defaultIndex)
    engine = EngineHolder(Engine(options, shelves: shelves), status: status)
    jobs.notify { [directory] client, job in directory.tell(client, of: job) }
  }

  /// Serves a client until it leaves; what was its own is given back.
  /// - Parameter process: the client's process, where it is known.
  /// - Returns: the exit code of its session: 0 after a `shutdown`, else 1.
  package func serve(_ connection: Connection, process: Int? = nil) -> Int32 {
    let (client, lane) = (connection.client, connection.lanes.engine)
    directory.add(connection, process: process)
    let code = connection.run()
    directory.remove(client)
    // Behind its running request, which may be opening a context still.
    lane.submit(for: client) { [engine, jobs] in
      engine.end(client) { jobs.isRunning(for: $0) }
      lane.drop(client)
    }
    return code
  }

  package func lane(of method: String) -> Lane? {
    answers[method]?.lane
  }

  package func answer(_ call: Call) throws -> JSONValue {
    do {
      switch answers[call.method] {
      case .immediate(let answer): return try answer(call, engine, directory)
      case .control(let answer): return try answer(call, status, jobs)
      case .engine(let answer): return try engine.perform(call, answer)
      case .job(_, let answer): return try answer(call, jobs)
      case .shelf(let answer): return try answer(call, shelves.shelf(of: call.client))
      case nil: throw ResponseFailure.methodNotFound(call.method)
      }
    } catch let error where !(error is WireError || error is CancellationError) {
      throw domainFailure(error) ?? error
    }
  }

  /// Answers a request with the engine. Runs on the engine's thread.
  func perform(_ call: Call, _ answer: (Engine) throws -> JSONValue) throws -> JSONValue {
    do {
      return try engine.perform(call) { _, engine in try answer(engine) }
    } catch let error where !(error is WireError || error is CancellationError) {
      throw domainFailure(error) ?? error
    }
  }

  /// Changes what the engine holds for a client, without a request. Runs on the engine's thread.
  func perform(for client: ClientID, _ body: (Engine) -> Void) {
    engine.performSlice(for: client, body)
  }

  /// Runs the steps of jobs that need the model behind the requests that wait for it.
  package func runJobs(on queue: WorkQueue) {
    jobs.runEngineSlices { [engine] client, body in
      queue.submit { engine.performSlice(for: client, body) }
    }
  }

  /// Whether jobs run.
  package var hasRunningJobs: Bool { !jobs.runningJobs.isEmpty }

  /// Lets every job come to rest where another process can go on with it.
  package func stopJobs(waiting seconds: Double) { jobs.stopAll(waiting: seconds) }
}

/// Where a method runs and what answers it.
enum Answer: Sendable {
  case immediate(@Sendable (Call, EngineHolder, ClientDirectory) throws -> JSONValue)
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
    AttributionCompute.self, AttributionCompare.self, AblationRun.self, SteeringGenerate.self,
    IndexOpen.self,
  ]
  let shelf: [any ShelfAnswerable.Type] = [
    IndexInfo.self, IndexClose.self, IndexSkipped.self, FeatureExamples.self,
    FeatureRender.self, FeatureDashboard.self,
    IndexSearch.self, IndexNeighbours.self, ExplanationPut.self, ExplanationGet.self,
    ExplanationList.self,
  ]
  var table = Dictionary(uniqueKeysWithValues: engine.map { ($0.method, row($0)) })
  for request in shelf { table[request.method] = row(request) }
  table[Initialize.method] = .immediate { call, engine, directory in
    let params: Initialize.Params = try call.decodeParams()
    directory.name(call.client, params.clientInfo?.name)
    return try JSONValue(encoding: engine.initialize(params, client: call.client))
  }
  table[PromptCheck.method] = .control { call, _, _ in
    try JSONValue(encoding: PromptCheck.answer(call.decodeParams()))
  }
  table[KernelStatus.method] = .control { call, status, jobs in
    var current = status.current(for: call.client)
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
            method: call.method, params: call.params, subscribe: options.subscribe ?? false,
            client: call.client)))
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
