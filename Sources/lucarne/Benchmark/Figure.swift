internal import JSON
import Reports

/// Something measured several times.
struct Figure {
  /// The unit of the values, as it is printed and written.
  enum Unit: String {
    case seconds = "s"
    case secondsPerToken = "s/token"
    case tokensPerSecond = "tokens/s"
    case operationsPerSecond = "FLOP/s"
    case bytesPerSecond = "B/s"
    case bytes = "B"
    /// A part of a whole, 0 … 1.
    case share = "1"
  }

  /// The context it was measured on; empty where there was none.
  let context: String
  let name: String
  let unit: Unit
  /// In the order of measuring.
  var values: [Double] = []

  /// The middle value, the mean of two; nil without values.
  var median: Double? {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return nil }
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  var json: JSONValue {
    var object: JSONObject = [
      "context": .string(context), "name": .string(name), "unit": .string(unit.rawValue),
      "values": .array(values.map(JSONValue.number)),
    ]
    for (key, value) in [("median", median), ("minimum", values.min()), ("maximum", values.max())] {
      object[key] = value.map(JSONValue.number) ?? .null
    }
    return .object(object)
  }
}

extension Figure.Unit {
  /// A value with its unit, in the size that people read.
  func text(_ value: Double) -> String {
    switch self {
    case .seconds, .secondsPerToken:
      let suffix = self == .seconds ? "" : "/token"
      return value < 1
        ? "\(NumberText.fixed(value * 1e3, 2)) ms\(suffix)"
        : "\(NumberText.fixed(value, 3)) s\(suffix)"
    case .tokensPerSecond: return "\(NumberText.fixed(value, 1)) tokens/s"
    case .operationsPerSecond: return "\(NumberText.fixed(value / 1e12, 3)) TFLOP/s"
    case .bytesPerSecond: return "\(NumberText.fixed(value / 1e9, 2)) GB/s"
    case .bytes: return "\(NumberText.fixed(value / 1e9, 3)) GB"
    case .share: return "\(NumberText.fixed(100 * value, 1)) %"
    }
  }
}
