package import JSON
import JSONRPC
package import KernelProtocol
import Tensors

/// Does a job's work in this process and at once, without a wire and without a job's files: what commands do.
package final class LocalJob {
  private let engine: Engine
  private let explainerKey: String?

  package init(_ options: KernelOptions) {
    engine = Engine(options)
    explainerKey = options.explainerKey
  }

  /// - Parameters:
  ///   - report: how far it is, after every step.
  ///   - log: what a job's log would have.
  ///   - isStopped: asked before each step and within it.
  /// - Returns: the job's result; nil where it was stopped, with what it did written.
  /// - Throws: what would fail the job; `DomainError` where it would pause.
  package func run<Method: Request>(
    _ method: Method.Type, _ params: Method.Params, report: (Job.Progress) -> Void,
    log: @escaping (String) -> Void, isStopped: @escaping @Sendable () -> Bool
  ) throws -> JSONValue? {
    guard let kind = jobKinds(explainerKey: explainerKey)[Method.method] else {
      preconditionFailure("\(Method.method) begins no job")
    }
    let work = try kind.work(try JSONValue(encoding: params))
    let tools = JobTools(
      engine: engine, cancellation: Cancellation(isCancelled: isStopped), log: log)
    do {
      while true {
        try tools.cancellation.check()
        let step = try work.step(tools)
        if let progress = work.progress { report(progress) }
        switch step {
        case .done(let result): return result
        case .pause(let reason):
          try? work.settle()
          throw DomainError(.ioError, reason)
        case .more: break
        case .waiting: Thread.sleep(milliseconds: 20)
        }
      }
    } catch is CancellationError {
      try work.settle()
      return nil
    }
  }
}
