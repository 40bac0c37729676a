import JSON
import JSONRPC
import KernelProtocol

/// What an answer loses with some latents.
enum AblateTool: AgentTool {
  static let name = "ablate"
  static let title = "Remove features"
  static let summary = """
    Measures how a next token's lead changes when features are set to zero (or clamped to a \
    value), beside \
    random sets of as many active features and the run with the autoencoder alone. This is the \
    test of a cause.
    """
  static let takes: [Schema.Member] =
    [
      .init("context_id", Schema.text("Of context_open.")),
      .init(
        "features",
        Schema.list("Features to change together.", of: Schema.integer("A feature."), 1...100)),
      .init("value", Schema.number("Clamp them to this; absent: 0, that is, remove them."))
        .optional,
    ] + Metric.arguments + Place.arguments + [
      .init(
        "controls", Schema.integer("Random sets to measure for comparison; absent: 3.", 0...20)
      ).optional,
      .init("seed", Schema.integer("For the random sets; absent: 0.")).optional,
      Subject.argument,
    ]
  static let gives: [Schema.Member] = [
    .init("before", Schema.number("The metric as the model is.")),
    .init("reconstruction", Schema.number("With the autoencoder's reconstruction alone.")),
    .init("after", Schema.number("With the features changed.")),
    .init("effect", Schema.number("after - before.")),
    .init(
      "inactive",
      Schema.list(
        "Of the features, those that are not active there: removing them changes nothing.",
        of: Schema.integer("A feature."))),
    .init(
      "kl",
      Schema.number(
        "KL(before || after) of the next token's distribution at the last position, in nats.")),
    .init(
      "changed_tokens",
      Schema.list(
        "Next tokens whose probability changes most.",
        of: Schema.record([
          .init("text", Schema.text("The token.")), .init("before", Schema.number("Probability.")),
          .init("after", Schema.number("Probability.")),
        ]))),
    Subject.provenanceSchema, Claim.schema,
  ]

  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult {
    let subject = try Subject(arguments, work)
    let experiment = try Experiment(arguments, subject, work)
    let features = arguments.list("features").compactMap { $0.integerValue.flatMap(Int.init) }
    let found = try experiment.run(features, work)
    guard let values = found.targets.first else {
      throw ToolFailure("the kernel measured nothing", next: "Call ablate again.")
    }
    let seed = arguments.integer("seed") ?? 0
    let active = try experiment.activeFeatures(work)
    let controls = try controls(
      arguments.integer("controls") ?? 3, features.count,
      of: active.filter { !features.contains($0) }, seed: seed, experiment, work)
    let inactive = features.filter { !active.contains($0) }
    let metric = experiment.metric.words
    var statement =
      "\(experiment.value == nil ? "Removing" : "Clamping") \(features.count) feature(s) moves "
      + "\(metric) "
      + "from \(figure(values.before)) to \(figure(values.after)) "
      + "(\(change(values.after - values.before)))"
    if !controls.isEmpty {
      statement +=
        "; random sets of as many active features: " + controls.map(change).joined(separator: ", ")
    }
    if inactive.count == features.count { statement += "; none of the features is active there" }
    let claim = Claim(
      statement: statement + ".", metric: metric, before: values.before, after: values.after,
      control: .init(kind: "effect of random sets of as many active features", values: controls),
      count: 1, seed: seed)
    return result(found, values, claim, inactive, subject.provenance(work, seed: seed))
  }

  /// The same change of random sets of features that are active there.
  private static func controls(
    _ count: Int, _ size: Int, of active: [Int], seed: Int, _ experiment: Experiment, _ work: Work
  ) throws -> [Double] {
    guard active.count >= size else { return [] }
    var draw = Draw(seed: seed)
    return try (0..<count).compactMap { _ in
      try experiment.run(draw.elements(size, of: active), work).targets.first
        .map { $0.after - $0.before }
    }
  }

  private static func result(
    _ found: AblationRun.Result, _ measured: AblationRun.TargetValues, _ claim: Claim,
    _ inactive: [Int], _ provenance: JSONValue
  ) -> ToolResult {
    let changes = found.topChanges.prefix(5)
    let lines =
      [
        claim.statement,
        "before \(figure(measured.before)), after \(figure(measured.after)); with the "
          + "autoencoder's reconstruction alone \(figure(measured.reconstruction))",
        "KL \(figure(found.kl)) nats", "next token  p before  p after",
      ] + changes.map { "\(JSONWriter.quoted($0.text))  \(figure($0.before))  \(figure($0.after))" }
    let values: JSONObject = [
      "before": .number(measured.before), "reconstruction": .number(measured.reconstruction),
      "after": .number(measured.after),
      "effect": .number(measured.after - measured.before),
      "inactive": .array(inactive.map { .integer(Int64($0)) }), "kl": .number(found.kl),
      "changed_tokens": .array(
        changes.map {
          ["text": .string($0.text), "before": .number($0.before), "after": .number($0.after)]
        }),
      "provenance": provenance, "claim": claim.json,
    ]
    return ToolResult(lines.joined(separator: "\n"), values)
  }
}

/// One change of features, asked of one metric.
private struct Experiment {
  let context: String
  let subject: Subject
  let metric: Metric
  let region: JSONValue?
  let value: Double?

  init(_ arguments: Arguments, _ subject: Subject, _ work: Work) throws {
    context = arguments.required("context_id")
    self.subject = subject
    metric = Metric(arguments)
    region = try Place(arguments, work).region
    value = arguments.number("value")
  }

  func run(_ features: [Int], _ work: Work) throws -> AblationRun.Result {
    let interventions = features.map { feature in
      var members: JSONObject = [
        "op": value == nil ? "zero" : "clamp", "feature": subject.feature(feature),
      ]
      if let value { members["value"] = .number(value) }
      if let region { members["at"] = [region] }
      return JSONValue.object(members)
    }
    return try work.ask(
      AblationRun.self,
      [
        "context": .string(context), "sae": .string(subject.sae),
        "interventions": .array(interventions), "targets": [metric.target], "topK": 5,
      ])
  }

  /// Rising, so that draws do not hang on activations.
  func activeFeatures(_ work: Work) throws -> [Int] {
    var params: JSONObject = [
      "context": .string(context), "sae": .string(subject.sae), "topK": 4096,
    ]
    if let region { params["region"] = region }
    return try work.ask(FeatureActivations.self, params).items.map(\.feature.index).sorted()
  }
}
