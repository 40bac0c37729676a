import JSON
import JSONRPC
import Jobs
import KernelProtocol

/// A request that begins a job of so many steps on the engine's thread.
enum Count: Request {
  static let method = "test/count"
  static let lane = Lane.control

  struct Params: Codable, Sendable, Equatable {
    var steps: Int
  }

  typealias Result = JobStarted

  static let kind = JobKind<StubEngine>(Count.self) { CountJob(steps: $0.steps) }
}

/// Nothing of it is kept on disk: a resumed count begins anew.
final class CountJob: EngineJob {
  private let steps: Int
  private var done = 0

  init(steps: Int) { self.steps = steps }

  var progress: Job.Progress? { Job.Progress(done: done, total: steps) }

  func step(_ engine: StubEngine, _ tools: JobTools) throws -> StepOutcome {
    done += 1
    tools.log("step \(done)")
    return done < steps ? .more : .done(.integer(Int64(done)))
  }
}
