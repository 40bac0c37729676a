import JSON
import JSONRPC
import Jobs
import KernelProtocol

/// A job whose steps and end are given to it.
final class ScriptedJob: JobWork {
  enum Place: Sendable { case engine, ownThread }

  struct Step: Sendable {
    var place: Place
    var body: @Sendable (JobTools) throws -> StepOutcome

    static func engine(_ body: @escaping @Sendable (JobTools) throws -> StepOutcome) -> Step {
      Step(place: .engine, body: body)
    }

    static func own(_ body: @escaping @Sendable (JobTools) throws -> StepOutcome) -> Step {
      Step(place: .ownThread, body: body)
    }
  }

  struct Script: Sendable {
    /// The last is repeated.
    var steps: [Step]
    /// Where it settles; nil: it has nothing to write.
    var settling: Place?
    var settle: @Sendable () throws -> Void = {}
  }

  private let script: Script
  private let engine: StubEngine
  private let record: Record
  private var position = 0
  let progress: Job.Progress? = nil

  init(_ script: Script, _ engine: StubEngine, _ record: Record) {
    (self.script, self.engine, self.record) = (script, engine, record)
  }

  func next(_ tools: JobTools) -> JobStep<StubEngine> {
    let next = script.steps[min(position, script.steps.count - 1)]
    let step = { [self] () throws -> StepOutcome in
      record.add("step", engine)
      position += 1
      return try next.body(tools)
    }
    return next.place == .engine ? .engine { _ in try step() } : .ownThread(step)
  }

  var settling: JobTask<StubEngine, Void>? {
    let settle = { [self] in
      record.add("end", engine)
      try script.settle()
    }
    switch script.settling {
    case .engine: return .engine { _ in try settle() }
    case .ownThread: return .ownThread(settle)
    case nil: return nil
    }
  }
}

extension ScriptedJob {
  /// A kind of job that follows a script.
  static func kind(
    _ script: Script, _ engine: StubEngine, _ record: Record
  ) -> JobKind<StubEngine> {
    JobKind(Count.self) { [unowned engine] _ in ScriptedJob(script, engine, record) }
  }
}
