import JSON
import KernelProtocol

/// How well predicted numbers agree with measured ones, for an agent.
enum Agreement {
  static let schema = Schema.record(
    [
      .init("n", Schema.integer("Features measured.")),
      .init(
        "pearson", Schema.number("Absent below eight measurements."), isRequired: false),
      .init(
        "spearman", Schema.number("Of ranks; absent below eight measurements."),
        isRequired: false),
      .init("slope", Schema.number("Measured over predicted."), isRequired: false),
      .init("wrong_signs", Schema.integer("Scores whose sign the measurement contradicts.")),
      .init("signs_counted", Schema.integer("Measurements large enough to have a sign.")),
      .init(
        "not_reliable",
        Schema.list(
          "Why scores should not be relied on; absent if there is no reason against it.",
          of: Schema.text("A reason.")), isRequired: false),
    ], "Predicted against measured.")

  static func json(
    n: Int, pearson: Double?, spearman: Double?, slope: Double?, wrongSigns: Int,
    signsCounted: Int, notReliable: [String]? = nil
  ) -> JSONValue {
    var members: JSONObject = ["n": .integer(Int64(n))]
    members["pearson"] = pearson.map { .number($0) }
    members["spearman"] = spearman.map { .number($0) }
    members["slope"] = slope.map { .number($0) }
    members["wrong_signs"] = .integer(Int64(wrongSigns))
    members["signs_counted"] = .integer(Int64(signsCounted))
    members["not_reliable"] = notReliable.map { .array($0.map { .string($0) }) }
    return .object(members)
  }
}
