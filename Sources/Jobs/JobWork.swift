package import KernelProtocol

/// The work of one job, made of its params. It continues from what an earlier run left on disk.
///
/// Steps are called one after the other, never at the same time, each on the thread that it is for.
/// A work whose steps are all for the same thread is an `EngineJob` or a `ThreadJob`.
package protocol JobWork<JobEngine>: AnyObject {
  associatedtype JobEngine
  /// The next step: a little, one entry, one batch. It is asked for before each step, and may be
  /// asked for without being run. What a cancellation interrupts is done again by a later step or
  /// run.
  func next(_ tools: JobTools) -> JobStep<JobEngine>
  /// Writes what is not written yet: before a pause, an end or the process's end; nil where there
  /// is nothing to write.
  var settling: JobTask<JobEngine, Void>? { get }
  /// How far it is.
  var progress: Job.Progress? { get }
}

extension JobWork {
  package var settling: JobTask<JobEngine, Void>? { nil }
}
