import JSON
import JSONRPC
import KernelProtocol

/// Which latents support an answer and which oppose it, and what the parts of the prompt do.
enum AttributeTool: AgentTool {
  static let name = "attribute"
  static let title = "Features behind an answer"
  static let summary = """
    Why one next token is preferred to another: what the parts of the prompt do (measured: their \
    features to zero), which \
    features support and oppose it (scored, the strongest ablated exactly), and whether the scores \
    can be relied on. A \
    positive number supports the answer: the fall of the metric without it. With an image: a heat \
    map. ablate tests sets.
    """
  static let takes: [Schema.Member] =
    [.init("context_id", Schema.text("Of context_open."))] + Metric.arguments + Place.arguments + [
      .init(
        "method",
        Schema.text(
          "How features are scored; absent: gradient, which is cheap and to first order; ablation "
            + "measures each.",
          oneOf: ["gradient", "heldNorms", "relevance", "integratedGradients", "ablation"])
      ).optional,
      .init(
        "parts",
        Schema.text(
          "How parts are measured: features to zero (absent: this), fair shares of that, or pixels "
            + "and words hidden.",
          oneOf: ["ablation", "shapley", "occlusion", "none"])
      ).optional,
      .init("top_k", Schema.integer("Features to list on each side; absent: 10.", 1...100))
        .optional,
      .init(
        "verify",
        Schema.integer(
          "How many features to ablate of the strongest, of the strongest by a second method, and "
            + "at random; absent: 8, fewer on large models.",
          0...20)
      ).optional,
      .init(
        "picture", Schema.flag("Whether a heat map over the first image is wanted; absent: yes.")
      ).optional,
      .init("seed", Schema.integer("For the random features; absent: 0.")).optional,
      Subject.argument,
    ]
  static let gives: [Schema.Member] = [
    .init("target", Schema.number("The metric's value as the model is.")),
    .init("title", Schema.text("The metric with its very tokens.")),
    .init(
      "parts",
      Schema.list(
        "What each part does, measured; empty where it was not.",
        of: Schema.record([
          .init("part", Schema.text("Its name.")),
          .init("score", Schema.number("The fall of the metric without it.")),
        ]))),
    .init(
      "identity",
      Schema.record(
        [
          .init("start", Schema.number("The metric without all parts.")),
          .init("together", Schema.number("What all parts do at once.")),
          .init("interaction", Schema.number("together less the parts' sum.")),
          .init("gap", Schema.number("target - start - together.")),
        ], "The sum: target = start + together + gap.")
    ).optional,
    .init("supporters", Schema.list("Strongest first.", of: AttributedFeature.schema)),
    .init("opposers", Schema.list("Strongest first.", of: AttributedFeature.schema)),
    .init("verification", Agreement.schema).optional,
    Subject.provenanceSchema, Claim.schema,
  ]

  /// How many features chance is estimated on where all were ablated.
  private static let drawn = 8

  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult {
    let subject = try Subject(arguments, work)
    let count = arguments.integer("top_k") ?? 10
    let isExact = arguments.text("method") == "ablation"
    let seed = arguments.integer("seed") ?? 0
    var params: JSONObject = [
      "context": .string(arguments.required("context_id")), "sae": .string(subject.sae),
      "target": Metric(arguments).target, "aggregate": "feature",
      "topK": .integer(isExact ? 4096 : Int64(2 * count)), "seed": .integer(Int64(seed)),
    ]
    if let region = try Place(arguments, work).region { params["region"] = region }
    if let method = arguments["method"] { params["method"] = method }
    if let verify = arguments["verify"] { params["verify"] = verify }
    if let parts = arguments["parts"] { params["parts"] = ["method": parts] }
    // Features ablated everywhere at once have no scores by position.
    if arguments.flag("picture") ?? true, !isExact { params["render"] = ["image": "smooth"] }
    let found = try work.ask(AttributionCompute.self, params)
    return try result(found, count: count, subject: subject, seed: seed, work)
  }

  private static func result(
    _ found: AttributionCompute.Result, count: Int, subject: Subject, seed: Int, _ work: Work
  ) throws -> ToolResult {
    let all = AttributedFeature.all(of: found)
    let supporters = all.filter { $0.fall > 0 }.prefix(count)
    let opposers = all.filter { $0.fall < 0 }.prefix(count)
    let labels = try subject.labels(of: (supporters + opposers).map(\.index), work)
    let claim = claim(found, seed: seed)
    var lines = [claim.statement, "feature  score  measured  label", "supporters:"]
    lines += supporters.map { $0.line(label: labels[$0.index]) }
    lines.append("opposers:")
    lines += opposers.map { $0.line(label: labels[$0.index]) }
    var values: JSONObject = [
      "target": .number(found.target.value), "title": .string(found.explanation.title),
      "parts": .array(
        found.byPart.map { ["part": .string($0.part), "score": .number($0.score)] }),
      "supporters": .array(supporters.map { $0.json(label: labels[$0.index]) }),
      "opposers": .array(opposers.map { $0.json(label: labels[$0.index]) }),
    ]
    values["identity"] = found.identity.map { identity in
      [
        "start": .number(identity.start), "together": .number(identity.features),
        "interaction": .number(identity.interaction), "gap": .number(identity.gap),
      ]
    }
    values["verification"] = found.verification.map {
      Agreement.json(
        n: $0.n, pearson: $0.pearson, spearman: $0.spearman, slope: $0.slope,
        wrongSigns: $0.wrongSigns, signsCounted: $0.signsCounted, notReliable: $0.notReliable)
    }
    values["provenance"] = subject.provenance(work, splice: found.splice, seed: seed)
    values["claim"] = claim.json
    let picture = found.renderings?.first { $0.mimeType == "image/png" }
    return ToolResult(
      lines.joined(separator: "\n"), values,
      picture: picture.flatMap { FittedPicture.png($0.base64) })
  }

  /// What the kernel says, beside random active features that were ablated just as exactly.
  private static func claim(_ found: AttributionCompute.Result, seed: Int) -> Claim {
    let chance: [Double]
    if found.method == .ablation {
      var draw = Draw(seed: seed)
      chance = draw.elements(drawn, of: found.items.dropFirst(drawn).map(\.score))
    } else {
      chance = (found.verification?.items ?? []).filter { $0.origin == .random }.map(\.measured)
    }
    return Claim(
      statement: found.explanation.sentences.joined(separator: " "),
      metric: found.explanation.title, before: found.target.value,
      control: chance.isEmpty
        ? nil : .init(kind: "fall when a random active feature is ablated", values: chance),
      count: found.verification?.n ?? found.coverage?.measured ?? 0,
      slope: found.verification?.slope, seed: seed)
  }
}
