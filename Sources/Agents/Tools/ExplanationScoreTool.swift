import JSON
import JSONRPC
import KernelProtocol

/// Measures a latent's newest explanation.
enum ExplanationScoreTool: AgentTool {
  static let name = "explanation_score"
  static let title = "Score an explanation"
  static let summary = """
    Measures a feature's newest explanation on pictures whose concepts are masked by hand: iou \
    (does it light up where \
    the concept is) and auc (does its activity tell pictures with the concept from those without), \
    each beside \
    chance. The explanation's words choose the concept. No model is asked.
    """
  static let isReadOnly = false
  static let takes: [Schema.Member] = [
    .init("feature", Schema.integer("Its number.")),
    .init(
      "concepts",
      Schema.text(
        "A concept set's JSON file, absolute; absent: the one the server was started with.")
    ).optional,
    .init(
      "view", Schema.text("A view of the model's pictures; absent: the finest, as tiles or image.")
    ).optional,
    .init("seed", Schema.integer("Of random pictures; absent: 0.")).optional,
    Subject.argument,
  ]
  static let gives: [Schema.Member] = [
    .init("feature", Schema.integer("Its number.")),
    .init("is_scored", Schema.flag("Whether the explanation names a concept of the set.")),
    .init("text", Schema.text("The explanation.")),
    .init("scores", ExplanationTexts.scoresSchema),
    .init("revisions", ExplanationTexts.schema),
    .init(
      "known_concepts",
      Schema.list("What the set can measure, where nothing matched.", of: Schema.text("A concept."))
    ).optional,
    .init("kernel_job", Schema.text("The job that measured.")),
    Subject.provenanceSchema, Claim.schema,
  ]

  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult {
    let index = arguments.integer("feature") ?? 0
    guard let concepts = arguments.text("concepts") ?? work.surroundings.options.concepts else {
      throw ToolFailure(
        "there is no concept set to score on",
        next: "Give concepts, a JSON file of masked pictures, or start the server with --concepts.")
    }
    let subject = try Subject(arguments, work)
    guard try ExplanationTexts(of: index, work).newest != nil else {
      throw ToolFailure(
        "feature \(index) has no explanation yet",
        next: "Look at feature_examples, then call explanation_put.")
    }
    let seed = arguments.integer("seed") ?? 0
    var params: JSONObject = [
      "index": .string(try work.ask(IndexInfo.self, [:]).path), "sae": .string(subject.sae),
      "concepts": .string(concepts), "scorers": ["iou", "auc"], "again": true,
      "features": ["latents": [.integer(Int64(index))]],
      "seed": .integer(Int64(seed)),
    ]
    params["view"] = arguments["view"]
    let started = try work.ask(ExplanationScore.self, params).job
    let job = try KernelJob(started).finished(work)
    let tally = try (job.result ?? [:]).decode(ExplanationScore.Scored.self, path: "result")
    return try result(
      index, isScored: tally.scored > 0, concepts, job: started,
      provenance: subject.provenance(work, seed: seed), seed: seed, work)
  }

  private static func result(
    _ index: Int, isScored: Bool, _ concepts: String, job: String, provenance: JSONValue,
    seed: Int, _ work: Work
  ) throws -> ToolResult {
    let texts = try ExplanationTexts(of: index, work)
    guard let newest = texts.newest else {
      throw ToolFailure("the explanation is gone", next: "Call explanation_put again.")
    }
    let wire = ExplanationTexts.json(newest)
    let scores = isScored ? newest.scores : []
    let told = scores.map {
      "\($0.kind) \(figure($0.value))\($0.baseline.map { " (chance \(figure($0)))" } ?? "")"
    }
    let claim = Claim(
      statement: isScored
        ? "\(JSONWriter.quoted(newest.text)) of feature \(index) scores "
          + "\(told.joined(separator: ", "))."
        : "The explanation was not measured.",
      metric: "iou: overlap with the concept's masks; auc: area under the ROC curve",
      after: scores.last?.value,
      control: .init(kind: "the same scores by chance", values: scores.compactMap(\.baseline)),
      count: scores.map(\.count).max() ?? 0, seed: seed)
    var lines = [claim.statement]
    var values: JSONObject = [
      "feature": .integer(Int64(index)), "is_scored": .bool(isScored),
      "text": .string(newest.text), "scores": isScored ? (wire["scores"] ?? []) : [],
      "revisions": texts.json, "kernel_job": .string(job), "provenance": provenance,
      "claim": claim.json,
    ]
    if !isScored {
      let known = names(in: concepts)
      values["known_concepts"] = .array(known.map { .string($0) })
      lines.append(
        newest.state == .explained
          ? "It names no concept of the set. Next: put an explanation with one of these words if "
            + "it fits: "
            + known.joined(separator: ", ")
          : "Its newest revision is \(newest.state.rawValue), which has no score.")
    }
    return ToolResult((lines + texts.digest).joined(separator: "\n"), values)
  }

  /// The concepts of a set, for the agent to choose words from; none where the file cannot be read.
  private static func names(in path: String) -> [String] {
    guard let set = try? JSONFile.value(at: path, byteLimit: 64 << 20, limits: JSONLimits())
    else { return [] }
    return (set.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
  }
}
