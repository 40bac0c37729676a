package import JSON
import JSONRPC
import Jobs

/// What gives a request's answer on the index lane.
package typealias ShelfAnswer = @Sendable (IndexShelf) throws -> JSONValue

/// Where a method runs and what answers it.
enum Answer: Sendable {
  case immediate(@Sendable (Call, EngineHolder, ClientDirectory) throws -> JSONValue)
  case control(@Sendable (Call, StatusBoard, JobTable<Engine>) throws -> JSONValue)
  case engine(@Sendable (Call, Engine) throws -> JSONValue)
  case shelf(@Sendable (Call, IndexShelf) throws -> JSONValue)
  /// Begins with the engine; what that gives answers on the index thread.
  case engineThenShelf(@Sendable (Call, Engine) throws -> ShelfAnswer)
  /// Begins a job, or is about one.
  case job(Lane, @Sendable (Call, JobTable<Engine>) throws -> JSONValue)

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
