import JSON
import JSONRPC
import KernelProtocol

/// One call of a tool while it is worked on: its way to the kernel, its progress and its end.
final class Work: Sendable {
  /// What every call shares.
  struct Surroundings: Sendable {
    let kernel: KernelLink
    let options: AgentOptions
    let held: HeldCalls
  }

  private struct State {
    var isCancelled = false
    /// The request that the kernel is at for this call.
    var request: Int64?
    /// Requests that were sent before it.
    var stage = 0
    var furthest = 0.0
    var outcome: Result<ToolResult, ToolFailure>?
  }

  let surroundings: Surroundings
  /// Who asks, as it calls itself.
  let client: String
  private let state = Monitor(State())
  private let report: @Sendable (Double, String?) -> Void

  /// - Parameter report: takes how far the work is, a number that only rises, and what it is at.
  init(
    _ surroundings: Surroundings, client: String,
    report: @escaping @Sendable (Double, String?) -> Void = { _, _ in }
  ) {
    self.surroundings = surroundings
    self.client = client
    self.report = report
  }

  // MARK: Asking the kernel

  /// Asks the kernel and waits.
  /// - Throws: the kernel's `ResponseFailure`; `FailureCode.cancelled` once the call is cancelled.
  func ask<R: Request>(_ request: R.Type, _ params: JSONObject) throws -> R.Result {
    defer {
      state.update { state in
        state.request = nil
        state.stage += 1
      }
    }
    let answer = try surroundings.kernel.ask(
      R.method, params, report: { [weak self] in self?.take($0) },
      sent: { id in
        state.update { state in
          state.request = id
          return !state.isCancelled
        }
      })
    return try answer.decode(R.Result.self, path: "result")
  }

  private func take(_ progress: KernelProgress) {
    let words = [progress.title, progress.message].compactMap(\.self).joined(separator: ": ")
    tell(share: (progress.percentage ?? 0) / 100, words.isEmpty ? nil : words)
  }

  /// Tells the client how far the request is that the kernel is at, from 0 to 1.
  func tell(share: Double, _ message: String?) {
    let furthest: Double? = state.update { state in
      let now = Double(state.stage) + min(max(share, 0), 0.99)
      guard now > state.furthest || state.furthest == 0 else { return nil }
      state.furthest = max(now, 0.001)
      return state.furthest
    }
    if let furthest { report(furthest, message) }
  }

  // MARK: The end

  var isCancelled: Bool { state.read { $0.isCancelled } }

  /// Gives the work up; what the kernel is at for it is cancelled, too.
  func cancel() {
    let request: Int64? = state.update { state in
      state.isCancelled = true
      return state.request
    }
    if let request { surroundings.kernel.cancel(request) }
  }

  func finish(_ outcome: Result<ToolResult, ToolFailure>) {
    state.update { $0.outcome = $0.outcome ?? outcome }
  }

  /// The outcome, if there is one.
  var outcome: Result<ToolResult, ToolFailure>? { state.read { $0.outcome } }

  /// Waits for the outcome, at most `seconds`.
  func wait(seconds: Double) -> Result<ToolResult, ToolFailure>? {
    _ = state.wait(seconds: seconds) { $0.outcome != nil }
    return outcome
  }

  /// Runs a tool to its end.
  func perform(_ tool: any AgentTool.Type, _ arguments: JSONValue) {
    do {
      finish(.success(try tool.run(Arguments(arguments, of: tool), self)))
    } catch let failure as ToolFailure {
      finish(.failure(failure))
    } catch let failure as ResponseFailure {
      finish(.failure(ToolFailure(failure)))
    } catch {
      finish(
        .failure(
          ToolFailure(
            "\(tool.name): the kernel's answer could not be used: \(error)",
            next: "Report this; kernel_status says whether the kernel works.")))
    }
  }
}
