import FeatureIndex
import Images
package import JSON
package import JSONRPC
import Jobs
import KernelProtocol
import Synchronization
import VisionWorkers
import World

/// Answers the requests of one connection or many: one row of `answers` a method, errors made the
/// wire's in one place.
package final class KernelHandler: RequestHandler {
  private let engine: EngineHolder
  private let status: StatusBoard
  private let jobs: JobTable<Engine>
  private let shelves: IndexShelves
  private let directory = ClientDirectory()
  private let vision: VisionWorker?

  package init(_ options: KernelOptions) {
    vision = options.vision.map { VisionWorker(command: $0) }
    status = StatusBoard(
      limit: options.memoryLimit, directory: directory, isShared: options.isShared, vision: vision,
      recipe: options.recipe)
    let installed = InstalledIndex(path: options.world?.index)
    // Of what is not decoded on the engine's thread.
    let limits = PictureLimits(memory: options.memoryLimit / 4)
    let settings = JobSettings(
      explainerKey: options.explainerKey, vision: vision, installed: installed,
      pictureLimits: limits)
    jobs = JobTable(
      folder: options.jobFolder, kinds: jobRequests.map { $0.kind(settings) },
      failure: domainFailure, masked: { $0.withoutAddressSecrets })
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

  /// Makes the rooms' errors those of the wire. A question to an index that stopped with its
  /// request is that request's end.
  private func withDomainFailures<Result>(of call: Call, _ body: () throws -> Result) throws
    -> Result
  {
    do { return try body() } catch FeatureIndexError.interrupted where call.shouldStop {
      throw CancellationError()
    } catch let error where !(error is WireError || error is CancellationError) {
      guard let failure = domainFailure(error) else { throw error }
      throw directory.host(of: call.client).map(failure.naming(host:)) ?? failure
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

  /// What a client on another machine calls this one; nil for one of this machine.
  package func host(of client: ClientID) -> String? { directory.host(of: client) }

  /// Whether jobs run.
  package var hasRunningJobs: Bool { !jobs.runningJobs.isEmpty }

  /// Lets every job come to rest where another process can go on with it.
  package func stopJobs(waiting seconds: Double) {
    jobs.stopAll(waiting: seconds)
    vision?.stop()
  }
}
