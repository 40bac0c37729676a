import JSONRPC

/// Numbers in rows: `{shape, dtype: "float32", base64}`, little endian, row-major.
///
/// Every tensor travels like this, whatever its size, so that a client needs one way to read it.
package struct WireTensor: Codable, Sendable, Equatable {
  package var shape: [Int]
  package var values: [Float]

  /// - Precondition: `values` has as many numbers as `shape` says.
  package init(shape: [Int], values: [Float]) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values for shape \(shape)")
    self.shape = shape
    self.values = values
  }

  private enum CodingKeys: CodingKey { case shape, dtype, base64 }
  private enum ScalarType: String, WireName { case float32 }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    shape = try members.decode([Int].self, forKey: .shape)
    _ = try members.decode(ScalarType.self, forKey: .dtype)
    let base64 = try members.decode(String.self, forKey: .base64)
    var count: Int? = 4
    for size in shape {
      guard size >= 0, let product = count?.multipliedReportingOverflow(by: size) else {
        throw decoder.wireMismatch(expected: "a shape of sizes ≥ 0")
      }
      count = product.overflow ? nil : product.partialValue
    }
    guard let bytes = Base64.decode(base64), bytes.count == count else {
      throw decoder.wireMismatch(expected: "base64 of 4 bytes for each number of \(shape)")
    }
    values = stride(from: 0, to: bytes.count, by: 4).map { index in
      let low = UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8
      let high = UInt32(bytes[index + 2]) << 16 | UInt32(bytes[index + 3]) << 24
      return Float(bitPattern: low | high)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    guard values.allSatisfy(\.isFinite) else {
      throw WireError.nonFinite(path: encoder.codingPath.map(\.stringValue).joined(separator: "."))
    }
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encode(shape, forKey: .shape)
    try members.encode(ScalarType.float32, forKey: .dtype)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * 4)
    for value in values {
      let bits = value.bitPattern
      bytes.append(UInt8(bits & 0xFF))
      bytes.append(UInt8(bits >> 8 & 0xFF))
      bytes.append(UInt8(bits >> 16 & 0xFF))
      bytes.append(UInt8(bits >> 24))
    }
    try members.encode(Base64.encode(bytes), forKey: .base64)
  }
}
