import JSONRPC

/// A rectangle of pixels of an image as given: `[x0, y0, x1, y1]`, x to the right, y down, half
/// open.
package struct Box: Codable, Sendable, Hashable {
  package var x0: Double
  package var y0: Double
  package var x1: Double
  package var y1: Double

  package init(x0: Double, y0: Double, x1: Double, y1: Double) {
    self.x0 = x0
    self.y0 = y0
    self.x1 = x1
    self.y1 = y1
  }

  package init(from decoder: any Decoder) throws {
    let corners = try decoder.singleValueContainer().decode([Double].self)
    guard corners.count == 4, corners[0] <= corners[2], corners[1] <= corners[3] else {
      throw WireError.mismatch(
        path: decoder.wirePath, expected: "[x0, y0, x1, y1] with x0 ≤ x1 and y0 ≤ y1",
        found: Self.shown(corners))
    }
    self.init(x0: corners[0], y0: corners[1], x1: corners[2], y1: corners[3])
  }

  /// Numbers as JSON would have them, where they are few.
  private static func shown(_ numbers: [Double]) -> String {
    guard numbers.count <= 8 else { return "array of \(numbers.count)" }
    let texts = numbers.map { number in Int(exactly: number).map { "\($0)" } ?? "\(number)" }
    return "[\(texts.joined(separator: ", "))]"
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode([x0, y0, x1, y1])
  }
}
