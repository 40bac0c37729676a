/// What a running job does next, whatever comes of it, on the thread that it is for.
enum JobTurn<Engine> {
  case engine((Engine) -> Void)
  case ownThread(() -> Void)

  /// - Parameter body: is given the task to run, on the task's thread.
  init<Result>(_ task: JobTask<Engine, Result>, body: @escaping (() throws -> Result) -> Void) {
    switch task {
    case .engine(let run): self = .engine { engine in body { try run(engine) } }
    case .ownThread(let run): self = .ownThread { body(run) }
    }
  }
}
