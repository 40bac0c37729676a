import JSON
import JSONRPC
import KernelProtocol

/// What the model writes when latents are changed.
enum SteerTool: AgentTool {
  static let name = "steer"
  static let title = "Steer the answer"
  static let summary = """
    Lets the model write with features clamped, added to, scaled or set to zero, beside what it \
    writes as it is and with the \
    autoencoder alone, and beside the same change of random active features. Nothing stays changed.
    """
  static let takes: [Schema.Member] =
    [
      .init("context_id", Schema.text("Of context_open.")),
      .init(
        "changes",
        Schema.list(
          "What is changed, at the prompt and at every token written.",
          of: Schema.record(
            [
              .init("feature", Schema.integer("A feature.")),
              .init(
                "op", Schema.text("Absent: clamp.", oneOf: ["clamp", "add", "scale", "zero"]),
                isRequired: false),
              .init("value", Schema.number("For every op but zero."), isRequired: false),
            ], isClosed: true), 1...100)),
    ] + Place.arguments + [
      .init("max_tokens", Schema.integer("To write; absent: 24.", 1...512)).optional,
      .init("temperature", Schema.number("Absent or 0: greedy.")).optional,
      .init("seed", Schema.integer("Of sampling and of the random features; absent: 0.")).optional,
      .init(
        "controls", Schema.integer("Random sets to steer for comparison; absent: 1.", 0...5)
      ).optional,
      Subject.argument,
    ]
  static let gives: [Schema.Member] = [
    .init("steered", Schema.text("With the changes.")),
    .init("plain", Schema.text("The model as it is.")),
    .init("reconstruction", Schema.text("With the autoencoder's reconstruction alone.")),
    .init("random", Schema.list("With random features changed.", of: Schema.text("A text."))),
    .init(
      "mean_kl", Schema.number("Mean KL(plain || steered) a token of the steered text, in nats.")),
    .init("changed_positions", Schema.integer("Positions that were changed.")),
    Subject.provenanceSchema, Claim.schema,
  ]

  static func run(_ arguments: Arguments, _ work: Work) throws -> ToolResult {
    let subject = try Subject(arguments, work)
    let changes = arguments.list("changes")
    let place = try Place(arguments, work).region
    for change in changes where change["op"] != "zero" && change["value"] == nil {
      throw ToolFailure(
        "a change of feature \(change["feature"]?.integerValue ?? 0) has no value",
        next:
          "Give each change a value, or op zero; feature_info says which activations are usual.")
    }
    let given = changes.compactMap { $0["feature"]?.integerValue.flatMap(Int.init) }
    let found = try steered(
      arguments, subject, changes, to: given, at: place, compareWith: ["plain", "reconstruction"],
      work)
    let random = try controls(arguments, subject, changes, given, place, work)
    return result(
      found, random, subject, seed: arguments.integer("seed") ?? 0, work)
  }

  /// One generation with the changes made to `features` in place of their own.
  private static func steered(
    _ arguments: Arguments, _ subject: Subject, _ changes: [JSONValue], to features: [Int],
    at region: JSONValue?, compareWith: [JSONValue], _ work: Work
  ) throws -> SteeringGenerate.Result {
    let interventions = zip(changes, features).map { change, feature in
      var members: JSONObject = [
        "op": change["op"] ?? "clamp", "feature": subject.feature(feature), "generated": true,
      ]
      if let value = change["value"], !value.isNull { members["value"] = value }
      if let region { members["at"] = [region] }
      return JSONValue.object(members)
    }
    var params: JSONObject = [
      "context": .string(arguments.required("context_id")), "sae": .string(subject.sae),
      "interventions": .array(interventions),
      "maxTokens": .integer(Int64(arguments.integer("max_tokens") ?? 24)),
      "seed": .integer(Int64(arguments.integer("seed") ?? 0)), "compareWith": .array(compareWith),
    ]
    if let temperature = arguments["temperature"] { params["temperature"] = temperature }
    return try work.ask(SteeringGenerate.self, params)
  }

  private static func controls(
    _ arguments: Arguments, _ subject: Subject, _ changes: [JSONValue], _ given: [Int],
    _ region: JSONValue?, _ work: Work
  ) throws -> [SteeringGenerate.Result] {
    let count = arguments.integer("controls") ?? 1
    guard count > 0 else { return [] }
    var params: JSONObject = [
      "context": .string(arguments.required("context_id")), "sae": .string(subject.sae),
      "topK": 4096,
    ]
    if let region { params["region"] = region }
    let active = try work.ask(FeatureActivations.self, params).items.map(\.feature.index)
      .filter { !given.contains($0) }.sorted()
    guard active.count >= given.count else { return [] }
    var draw = Draw(seed: arguments.integer("seed") ?? 0)
    return try (0..<count).map { _ in
      try steered(
        arguments, subject, changes, to: draw.elements(given.count, of: active), at: region,
        compareWith: ["plain"], work)
    }
  }

  private static func result(
    _ found: SteeringGenerate.Result, _ random: [SteeringGenerate.Result], _ subject: Subject,
    seed: Int, _ work: Work
  ) -> ToolResult {
    func text(_ name: SteeringGenerate.OutputName, of result: SteeringGenerate.Result) -> String {
      result.outputs.first { $0.name == name }?.text ?? ""
    }
    let steered = text(.steered, of: found)
    let plain = text(.plain, of: found)
    let reconstruction = text(.reconstruction, of: found)
    let others = random.map { text(.steered, of: $0) }
    let meanKL = mean(found.effect.klPerToken.values)
    let isChanged = steered != plain
    var statement =
      "With the changes the model writes \(isChanged ? "another text" : "the same text") "
      + "(mean KL \(figure(meanKL)) nats a token)"
    if !others.isEmpty {
      let same = others.count { $0 == plain }
      statement +=
        "; the same changes of random active features leave it as it is in \(same) of "
        + "\(others.count) runs"
    }
    let claim = Claim(
      statement: statement + ".", metric: "mean KL(plain || steered) a token, in nats",
      after: meanKL,
      control: .init(
        kind: "the same changes of random active features",
        values: random.map { mean($0.effect.klPerToken.values) }), count: 1, seed: seed)
    var lines = [
      claim.statement, "steered: \(steered)", "plain: \(plain)",
      "reconstruction: \(reconstruction)",
    ]
    lines += others.map { "random features: \($0)" }
    if found.receipt.dropped > 0 {
      lines.append(
        "\(found.receipt.dropped) changes were lost because top-k left their feature out")
    }
    return ToolResult(
      lines.joined(separator: "\n"),
      [
        "steered": .string(steered), "plain": .string(plain),
        "reconstruction": .string(reconstruction), "random": .array(others.map { .string($0) }),
        "mean_kl": .number(meanKL),
        "changed_positions": .integer(Int64(found.receipt.positions)),
        "provenance": subject.provenance(work, seed: seed), "claim": claim.json,
      ])
  }

  private static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
  }
}
