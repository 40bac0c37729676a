/// Something that a job does, typed by the thread that it is for: no other can be given it.
package enum JobTask<Engine, Result> {
  /// On the engine's thread, between requests. Nothing waits there for a file, a lock or a server.
  case engine((Engine) throws -> Result)
  /// On a thread of the job's own, which may wait.
  case ownThread(() throws -> Result)

  /// Does it here and now, for whoever has the engine and no other thread to spare.
  package func run(with engine: Engine) throws -> Result {
    switch self {
    case .engine(let body): try body(engine)
    case .ownThread(let body): try body()
    }
  }

  /// The same task with another result, made on the same thread.
  package func map<Other>(
    _ transform: @escaping (Result) throws -> Other
  ) -> JobTask<Engine, Other> {
    switch self {
    case .engine(let body): .engine { try transform(body($0)) }
    case .ownThread(let body): .ownThread { try transform(body()) }
    }
  }
}

/// The next step of a job, and where it runs.
package typealias JobStep<Engine> = JobTask<Engine, StepOutcome>
