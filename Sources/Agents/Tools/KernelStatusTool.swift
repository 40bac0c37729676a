import JSON
import JSONRPC
import KernelProtocol

/// What is loaded and open.
enum KernelStatusTool: AgentTool {
  static let name = "kernel_status"
  static let title = "What is loaded"
  static let summary = """
    Which model, autoencoders, feature index and contexts the kernel has, and how busy it is. \
    Answers at once. \
    Before the first question nothing is loaded yet; the first question loads.
    """
  static let takes: [Schema.Member] = []
  static let gives: [Schema.Member] = [
    .init("health", Schema.text("ok, warning or error.")),
    .init("message", Schema.text("What is wrong.")).optional,
    .init(
      "models",
      Schema.list(
        "Loaded models.",
        of: Schema.record([
          .init("model", Schema.text("Name.")), .init("architecture", Schema.text("Its class.")),
          .init("precision", Schema.text("Of products.")),
          .init(
            "resizing", Schema.text("Which library's resizing is applied to pictures.")
          ).optional,
        ]))),
    .init(
      "saes",
      Schema.list(
        "Loaded autoencoders.",
        of: Schema.record([
          .init("sae", Schema.text("Name.")), .init("site", Schema.text("Where it reads.")),
          .init("latents", Schema.integer("How many features.")),
          .init("k", Schema.integer("Active at a token.")),
        ]))),
    .init(
      "contexts",
      Schema.list(
        "Open contexts.",
        of: Schema.record([
          .init("context_id", Schema.text("Name.")), .init("tokens", Schema.integer("Tokens.")),
        ]))),
    .init(
      "index",
      Schema.record(
        [
          .init("index", Schema.text("Name.")), .init("items", Schema.integer("Entries.")),
          .init("explained", Schema.integer("Features with an explanation.")),
        ], "The feature index.")
    ).optional,
    .init("running", Schema.text("What the engine is at.")).optional,
    .init("waiting", Schema.integer("Requests that wait for it.")),
    .init(
      "jobs", Schema.list("Jobs that run or wait.", of: Schema.text("A job_id."))),
  ]

  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult {
    let status = try work.ask(KernelStatus.self, [:])
    let index = try? work.ask(IndexInfo.self, [:])
    var values: JSONObject = ["health": .string(status.health.rawValue)]
    if let message = status.message { values["message"] = .string(message) }
    values["models"] = .array(
      status.models.map {
        var model: JSONObject = [
          "model": .string($0.model), "architecture": .string($0.architecture),
          "precision": .string($0.precision.rawValue),
        ]
        if let resizing = $0.resizing { model["resizing"] = .string(resizing.rawValue) }
        return .object(model)
      })
    values["saes"] = .array(
      status.saes.map {
        [
          "sae": .string($0.sae), "site": .string($0.site), "latents": .integer(Int64($0.latents)),
          "k": .integer(Int64($0.k)),
        ]
      })
    values["contexts"] = .array(
      status.contexts.map {
        ["context_id": .string($0.context), "tokens": .integer(Int64($0.tokenCount))]
      })
    if let index {
      values["index"] = [
        "index": .string(index.index), "items": .integer(Int64(index.items)),
        "explained": .integer(Int64(index.explainedLatents)),
      ]
    }
    if let running = status.queue.running { values["running"] = .string(running) }
    values["waiting"] = .integer(Int64(status.queue.waiting))
    values["jobs"] = .array((status.jobs ?? []).map { .string($0.job) })
    return ToolResult(digest(status, index), values)
  }

  private static func digest(
    _ status: KernelStatus.Result, _ index: IndexDescription?
  ) -> String {
    var lines = ["health: \(status.health.rawValue) \(status.message ?? "")"]
    lines += status.models.map { "model \($0.model): \($0.architecture), \($0.precision.rawValue)" }
    lines += status.saes.map {
      "sae \($0.sae): \($0.latents) features at \($0.site), \($0.k) active a token"
    }
    if status.models.isEmpty {
      lines.append("nothing is loaded yet: the first question loads the model")
    }
    lines += status.contexts.suffix(20).map { "context \($0.context): \($0.tokenCount) tokens" }
    if let index {
      lines.append(
        "index \(index.index): \(index.items) items, \(index.explainedLatents) of \(index.latents) "
          + "features explained"
      )
    }
    lines.append("engine: \(status.queue.running ?? "idle"), \(status.queue.waiting) waiting")
    return lines.joined(separator: "\n")
  }
}
