import FeatureIndex
import Images
package import JSON
package import JSONRPC
package import KernelProtocol
import Synchronization
import World

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
    let installed = InstalledIndex(path: options.world?.index)
    // Of what is not decoded on the engine's thread.
    let limits = PictureLimits(memory: options.memoryLimit / 4)
    jobs = JobTable(
      folder: options.jobFolder,
      kinds: jobKinds(
        explainerKey: options.explainerKey, installed: installed, pictureLimits: limits))
    shelves = IndexShelves(
      default: options.defaultIndex, installed: installed, pictureLimits: limits)
    engine = EngineHolder(
      Engine(options, shelves: shelves), shelves: shelves, status: status)
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

  package func order(of method: String) -> RequestOrder { orders[method] ?? .free }

  package func answer(_ call: Call) throws -> JSONValue {
    try withDomainFailures(of: call) {
      switch answers[call.method] {
      case .immediate(let answer): return try answer(call, engine, directory)
      case .control(let answer): return try answer(call, status, jobs)
      case .engine(let answer): return try engine.perform(call, answer)
      case .job(_, let answer): return try answer(call, jobs)
      case .shelf(let answer): return try answer(call, shelves.shelf(of: call.client))
      case .engineThenShelf(let prepare):
        return try goOn(with: try engine.perform(call, prepare))
      case nil: throw ResponseFailure.methodNotFound(call.method)
      }
    }
  }

  /// Makes the rooms' errors those of the wire. A question to an index that stopped with its request is that
  /// request's end.
  private func withDomainFailures<Result>(of call: Call, _ body: () throws -> Result) throws
    -> Result
  {
    do { return try body() } catch FeatureIndexError.interrupted where call.shouldStop {
      throw CancellationError()
    } catch let error where !(error is WireError || error is CancellationError) {
      throw domainFailure(error) ?? error
    }
  }

  /// Goes on with a request on the index lane, where indexes are read.
  private func goOn(with answer: @escaping ShelfAnswer) throws -> JSONValue {
    throw RequestContinuation(on: .index) { [self] call in
      try withDomainFailures(of: call) {
        try FeatureIndexStore.stopping(when: { call.shouldStop }) {
          try answer(shelves.shelf(of: call.client))
        }
      }
    }
  }

  /// Answers a request with the engine, then with an index. Runs on the engine's thread.
  package func perform(_ call: Call, thenReading prepare: (Engine) throws -> ShelfAnswer) throws
    -> JSONValue
  {
    try withDomainFailures(of: call) {
      try goOn(with: try engine.perform(call) { _, engine in try prepare(engine) })
    }
  }

  /// Answers a request with the engine. Runs on the engine's thread.
  package func perform(_ call: Call, _ answer: (Engine) throws -> JSONValue) throws -> JSONValue {
    try withDomainFailures(of: call) {
      try engine.perform(call) { _, engine in try answer(engine) }
    }
  }

  /// Changes what the engine holds for a client, without a request. Runs on the engine's thread.
  package func perform(for client: ClientID, _ body: (Engine) -> Void) {
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

/// What gives a request's answer on the index lane.
package typealias ShelfAnswer = @Sendable (IndexShelf) throws -> JSONValue

/// Where a method runs and what answers it.
enum Answer: Sendable {
  case immediate(@Sendable (Call, EngineHolder, ClientDirectory) throws -> JSONValue)
  case control(@Sendable (Call, StatusBoard, JobTable) throws -> JSONValue)
  case engine(@Sendable (Call, Engine) throws -> JSONValue)
  case shelf(@Sendable (Call, IndexShelf) throws -> JSONValue)
  /// Begins with the engine; what that gives answers on the index thread.
  case engineThenShelf(@Sendable (Call, Engine) throws -> ShelfAnswer)
  /// Begins a job, or is about one.
  case job(Lane, @Sendable (Call, JobTable) throws -> JSONValue)

  var lane: Lane {
    switch self {
    case .immediate: .immediate
    case .control: .control
    case .engine, .engineThenShelf: .engine
    case .shelf: .index
    case .job(let lane, _): lane
    }
  }
}

/// A request that the engine's thread answers.
package protocol EngineAnswerable: Request {
  static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result
}

/// Every method of the kernel but those of the base protocol. A test holds this equal to
/// `KernelProtocol.allRequests`, and so to protocol/openrpc.json.
let answers: [String: Answer] = {
  let engine: [any EngineAnswerable.Type] = [
    ModelLoad.self, SAELoad.self,
    ContextOpen.self, ContextTokens.self, ContextLogits.self, ContextGenerate.self,
    ContextClose.self, PromptOpen.self,
    ActivationRead.self, FeatureActivations.self,
    AttributionCompute.self, AttributionCompare.self, AblationRun.self, SteeringGenerate.self,
  ]
  let shelf: [any ShelfAnswerable.Type] = [
    IndexInfo.self, IndexClose.self, IndexSkipped.self, FeatureExamples.self,
    FeatureRender.self, FeatureDashboard.self,
    IndexSearch.self, IndexNeighbours.self, ExplanationPut.self, ExplanationGet.self,
    ExplanationList.self,
  ]
  var table = Dictionary(uniqueKeysWithValues: engine.map { ($0.method, row($0)) })
  for request in shelf { table[request.method] = row(request) }
  table[IndexOpen.method] = row(IndexOpen.self)
  table[FeatureInfo.method] = row(FeatureInfo.self)
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

/// What requests do to a client's indexes. What reads or writes one finds those open that were opened before it, and
/// in them what was written before it.
private let orders: [String: RequestOrder] = {
  let looks =
    [
      IndexInfo.method, IndexSkipped.method, FeatureExamples.method, FeatureRender.method,
      FeatureDashboard.method, IndexSearch.method, IndexNeighbours.method, ExplanationGet.method,
      ExplanationList.method, FeatureInfo.method,
    ] + jobKinds().keys
  let changes = [IndexOpen.method, IndexClose.method, ExplanationPut.method]
  return Dictionary(
    uniqueKeysWithValues: looks.map { ($0, .looks) } + changes.map { ($0, .changes) })
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
