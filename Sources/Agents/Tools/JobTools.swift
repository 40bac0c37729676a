import JSON
import JSONRPC
import KernelProtocol

/// A job of the kernel, waited for.
struct KernelJob {
  let name: String

  init(_ name: String) { self.name = name }

  /// Waits for its end; it is ended with the call.
  /// - Throws: `ToolFailure` where it did not complete.
  func finished(_ work: Work) throws -> Job {
    while true {
      let job: Job
      do {
        job = try wait(milliseconds: 500, work)
      } catch let failure as ResponseFailure where failure.code == FailureCode.cancelled {
        _ = try? work.surroundings.kernel.ask(JobCancel.method, ["job": .string(name)])
        throw failure
      }
      if let progress = job.progress, let total = progress.total, total > 0 {
        work.tell(share: Double(progress.done) / Double(total), progress.message ?? job.method)
      }
      guard job.state.isSettled else { continue }
      guard job.state == .completed else {
        throw ToolFailure(
          "the job \(name) is \(job.state.rawValue): "
            + "\(job.error?.message ?? job.message ?? "no reason given")",
          next: "Change what the message names and call the tool again.")
      }
      return job
    }
  }

  func wait(milliseconds: Int, _ work: Work) throws -> Job {
    try work.ask(
      JobWait.self, ["job": .string(name), "timeoutMs": .integer(Int64(milliseconds))])
  }
}

/// How a job is, and its result.
enum JobGetTool: AgentTool {
  static let name = "job_get"
  static let title = "Look at a job"
  static let summary = """
    Waits a while for a job_id that another tool answered with (call_…) or a job of the kernel \
    (job_…), and gives its state, \
    progress and, once completed, its result.
    """
  static let takes: [Schema.Member] = [
    .init("job_id", Schema.text("As a tool answered it.")),
    .init("wait_seconds", Schema.integer("At most so long; absent: 5.", 0...50)).optional,
  ]
  static let gives: [Schema.Member] = [
    .init("job_id", Schema.text("The job.")),
    .init(
      "state",
      Schema.text(
        "running, completed, failed, cancelled, paused, queued or "
          + "interrupted.")),
    .init("message", Schema.text("What is wrong, or what to do next.")).optional,
    .init("done", Schema.integer("Steps done.")).optional,
    .init("total", Schema.integer("Steps in all.")).optional,
    .init("result", ["description": "Of a completed job: the tool's structured result."]).optional,
  ]

  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult {
    let name = arguments.required("job_id")
    let seconds = arguments.integer("wait_seconds") ?? 5
    guard let held = work.surroundings.held[name] else {
      return describe(try KernelJob(name).wait(milliseconds: seconds * 1000, work))
    }
    let end = ContinuousClock.now + .seconds(seconds)
    while held.outcome == nil, !work.isCancelled, .now < end { _ = held.wait(seconds: 0.1) }
    switch held.outcome {
    case nil:
      return ToolResult(
        "\(name) is running. Next: call job_get again.",
        ["job_id": .string(name), "state": "running", "message": "call job_get again"])
    case .success(let result):
      return ToolResult(
        result.digest,
        ["job_id": .string(name), "state": "completed", "result": .object(result.values)],
        picture: result.picture)
    case .failure(let failure):
      let state = held.isCancelled ? "cancelled" : "failed"
      let message = "\(failure.message) Next: \(failure.next)"
      return ToolResult(
        "\(name) \(state): \(message)",
        ["job_id": .string(name), "state": .string(state), "message": .string(message)])
    }
  }

  static func describe(_ job: Job) -> ToolResult {
    var values: JSONObject = ["job_id": .string(job.job), "state": .string(job.state.rawValue)]
    let message = job.error?.message ?? job.message ?? job.progress?.message
    values["message"] = message.map { .string($0) }
    values["done"] = job.progress.map { .integer(Int64($0.done)) }
    values["total"] = job.progress?.total.map { .integer(Int64($0)) }
    values["result"] = job.result
    var line = "\(job.job) (\(job.method)) is \(job.state.rawValue)"
    if let progress = job.progress {
      line += ", \(progress.done)\(progress.total.map { " of \($0)" } ?? "") done"
    }
    return ToolResult(line + (message.map { ": \($0)" } ?? ""), values)
  }
}

/// Ends a job.
enum JobCancelTool: AgentTool {
  static let name = "job_cancel"
  static let title = "End a job"
  static let summary = "Ends a job of job_get's; what it did so far stays."
  static let isReadOnly = false
  static let takes: [Schema.Member] = [.init("job_id", Schema.text("As a tool answered it."))]
  static let gives = JobGetTool.gives

  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult {
    let name = arguments.required("job_id")
    guard let held = work.surroundings.held[name] else {
      let job = try work.ask(JobGet.self, ["job": .string(name)])
      guard !job.state.isSettled else { return JobGetTool.describe(job) }
      return JobGetTool.describe(try work.ask(JobCancel.self, ["job": .string(name)]))
    }
    let wasFinished = held.outcome != nil
    held.cancel()
    let state = wasFinished ? "completed" : "cancelled"
    return ToolResult(
      "\(name) \(wasFinished ? "had finished" : "is cancelled")",
      ["job_id": .string(name), "state": .string(state)])
  }
}
