internal import JSON
import JSONRPC

/// A list of numbers: a plain array, or beyond 4,096 numbers a tensor of one dimension.
package struct WireNumbers: Codable, Sendable, Equatable {
  package static let inlineLimit = 4096

  package var values: [Double]

  package init(_ values: [Double]) { self.values = values }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if case .array = try container.decode(JSONValue.self) {
      values = try container.decode([Double].self)
    } else {
      values = try container.decode(WireTensor.self).values.map { Double($0) }
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if values.count <= Self.inlineLimit {
      try container.encode(values)
    } else {
      try container.encode(WireTensor(shape: [values.count], values: values.map { Float($0) }))
    }
  }
}
