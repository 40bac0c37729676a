import JSON
import KernelProtocol
import Tensors

/// The work of one job, made of its params. It goes on from what an earlier run left on disk.
///
/// Steps are called one after the other, never at the same time: on the engine's thread, between requests, or on
/// a thread of the job's own.
protocol JobWork: AnyObject {
  /// Does a little: one entry, one batch. What a cancellation interrupts is done again by a later step or run.
  func step(_ tools: JobTools) throws -> JobStep
  /// Writes what is not written yet: before a pause, an end or the process's end.
  func settle() throws
  /// How far it is.
  var progress: Job.Progress? { get }
  /// Where its next step runs; nil: where its kind's do. On the engine's thread nothing waits for files of indexes,
  /// for locks or for servers.
  var place: JobKind.Place? { get }
  /// Where it settles; nil: where its next step would run.
  var settlingPlace: JobKind.Place? { get }
}

extension JobWork {
  var place: JobKind.Place? { nil }
  var settlingPlace: JobKind.Place? { nil }
  func settle() throws {}
}

/// What a step may use.
struct JobTools {
  /// Of steps on the engine's thread.
  let engine: Engine?
  let cancellation: Cancellation
  /// Adds a line to the job's log.
  let log: (String) -> Void
}

extension JobTools {
  /// The engine, in a step that asked for its thread.
  var onEngine: Engine {
    guard let engine else { preconditionFailure("a step of the engine runs elsewhere") }
    return engine
  }
}

enum JobStep {
  case more
  /// There is nothing to do yet, because something outside is slow.
  case waiting
  /// The job rests until `job/resume`, for a reason in words.
  case pause(String)
  case done(JSONValue)
}

/// How the jobs of a method are made and where they run.
struct JobKind: Sendable {
  enum Place: Sendable { case engine, ownThread }

  /// Where steps run whose work does not say.
  let place: Place
  /// - Throws: where the params cannot be: the request that begins the job is refused with it.
  let work: @Sendable (_ params: JSONValue) throws -> any JobWork
}
