import Glibc
import JSON
import JSONRPC
import Jobs
import KernelProtocol

/// An engine that knows its thread, and the table of jobs that works with it.
final class StubEngine: Sendable {
  let queue = WorkQueue(name: "stub engine")
  private let thread = Monitor<pthread_t?>(nil)

  init() {
    queue.submit { [thread] in thread.update { $0 = pthread_self() } }
  }

  deinit { queue.close() }

  /// Whether the caller is on the engine's thread.
  var isHere: Bool { thread.read { $0 == pthread_self() } }

  /// - Parameter folder: where jobs are kept; nil: in memory.
  func table(
    _ folder: String? = nil, kinds: [JobKind<StubEngine>] = [Count.kind],
    failure: @escaping JobTable<StubEngine>.Failure = { _ in nil },
    masked: @escaping @Sendable (JSONValue) -> JSONValue = { $0 }
  ) -> JobTable<StubEngine> {
    let table = JobTable(folder: folder, kinds: kinds, failure: failure, masked: masked)
    table.runEngineSlices { [unowned self] _, body in queue.submit { body(self) } }
    return table
  }
}

extension JobTable {
  @discardableResult
  func begin(
    _ params: JSONValue, method: String = Count.method, subscribe: Bool = false
  ) throws -> String {
    try start(method: method, params: params, subscribe: subscribe, client: .only)
  }

  /// The job as it ended.
  func settled(_ job: String) throws -> Job { try wait(for: job, seconds: 60, checkStop: {}) }
}

/// What a job's request is refused with; nil where it is not refused, or by another error.
func refusal(_ body: () throws -> some Any) -> DomainError? {
  do {
    _ = try body()
    return nil
  } catch { return error as? DomainError }
}
