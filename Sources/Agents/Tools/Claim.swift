import Glibc
import JSON
import Randomness

/// What may be said of a result, in words and numbers, with what it is held against.
struct Claim {
  var statement: String
  /// What is measured, and in what.
  var metric: String
  var before: Double?
  var after: Double?
  var control: Control?
  /// How many measurements it rests on.
  var count: Int
  /// Of measurements over predictions, where both are.
  var slope: Double?
  var seed: Int?

  /// The same measured where nothing is expected.
  struct Control {
    var kind: String
    var values: [Double]

    var json: JSONValue {
      ["kind": .string(kind), "values": .array(values.map { .number($0) })]
    }
  }

  var json: JSONValue {
    var members: JSONObject = ["statement": .string(statement), "metric": .string(metric)]
    if let before { members["before"] = .number(before) }
    if let after { members["after"] = .number(after) }
    if let control { members["control"] = control.json }
    members["n"] = .integer(Int64(count))
    if let slope { members["slope"] = .number(slope) }
    if let seed { members["seed"] = .integer(Int64(seed)) }
    return .object(members)
  }

  static let schema = Schema.Member(
    "claim",
    Schema.record(
      [
        .init("statement", Schema.text("A sentence that the numbers support.")),
        .init("metric", Schema.text("What is measured, and its unit.")),
        .init("before", Schema.number("Without the change."), isRequired: false),
        .init("after", Schema.number("With it."), isRequired: false),
        .init(
          "control",
          Schema.record([
            .init("kind", Schema.text("What was measured in its place.")),
            .init("values", Schema.list("Each measurement.", of: Schema.number("One."))),
          ]), isRequired: false),
        .init("n", Schema.integer("Measurements it rests on.")),
        .init(
          "slope",
          Schema.number("What predicted numbers must be multiplied by to be the measured ones."),
          isRequired: false),
        .init("seed", Schema.integer("Of what was drawn."), isRequired: false),
      ], "What may be quoted, with its control."))
}

/// A number as digests have it: four digits that count.
func figure(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
  var scale = 1.0
  while abs(value) * scale < 1000, scale < 1e12 { scale *= 10 }
  let rounded = (value * scale).rounded() / scale
  if abs(rounded) < 1e15, rounded == rounded.rounded() { return "\(Int64(rounded))" }
  return "\(rounded)"
}

/// The same with a sign.
func change(_ value: Double) -> String { (value > 0 ? "+" : "") + figure(value) }

/// Draws without any state of the process: the same seed, the same draws.
struct Draw {
  private var random: SplitMix64

  init(seed: Int) { random = SplitMix64(seed: UInt64(bitPattern: Int64(seed))) }

  /// Different elements, at most as many as there are, in the order drawn.
  mutating func elements<Element>(_ count: Int, of pool: [Element]) -> [Element] {
    var rest = pool
    var drawn: [Element] = []
    while drawn.count < count, !rest.isEmpty {
      drawn.append(rest.remove(at: Int(random.next() % UInt64(rest.count))))
    }
    return drawn
  }
}

extension Double {
  /// e to the power of this.
  var exponential: Double { exp(self) }
}
