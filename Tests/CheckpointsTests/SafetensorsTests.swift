import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// Held to the safetensors library; see Tests/Fixtures/make/checkpoints.py.
@Suite struct SafetensorsTests {
  struct Expected: Decodable {
    let shape: [Int]
    let bits: [Int32]
  }

  private func open(_ bytes: [UInt8]) throws -> SafetensorsFile {
    let folder = try TemporaryFolder()
    try folder.write(bytes, "x.safetensors")
    return try SafetensorsFile(path: "\(folder.path)/x.safetensors")
  }

  private func file(header: String, data: Int = 0) -> [UInt8] {
    let json = Array(header.utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) }
    return length + json + [UInt8](repeating: 0, count: data)
  }

  @Test func readsWhatTheLibraryWrote() throws {
    let file = try SafetensorsFile(path: Fixtures.path("checkpoints/dtypes.safetensors"))
    let expected = try JSONDecoder().decode(
      [String: Expected].self, from: Data(Fixtures.bytes("checkpoints/dtypes.json")))
    #expect(file.entries.count == 16)
    #expect(file.metadata == ["format": "pt", "é": "\n\"x\""])
    for (name, tensor) in expected {
      #expect(try file.entry(name).shape == tensor.shape)
      let bits = try file.floats(name).map { Int32(bitPattern: $0.bitPattern) }
      #expect(bits == tensor.bits, "\(name)")
    }
    #expect(Set(file.entries.values.map(\.type)).count == 12)
  }

  @Test func seesMatricesWhereTheyLie() throws {
    let file = try SafetensorsFile(path: Fixtures.path("checkpoints/dtypes.safetensors"))
    let matrix = try file.matrix("matrix", rows: 3, columns: 4)
    #expect(matrix.type == .bfloat16)
    #expect((matrix.rows, matrix.columns) == (3, 4))
    #expect(try file.matrix("patches", rows: 2, columns: 12).type == .float16)
    #expect(throws: CheckpointError.shape("matrix", found: [3, 4], expected: [4, 3])) {
      try file.matrix("matrix", rows: 4, columns: 3)
    }
    #expect(throws: CheckpointError.missing("nothing")) { try file.floats("nothing") }
    #expect(throws: CheckpointError.type("i64", found: "I64", expected: ["F32", "F16", "BF16"])) {
      try file.floats("i64")
    }
  }

  @Test func findsWeightsThatAreNotFinite() throws {
    let file = try SafetensorsFile(path: Fixtures.path("checkpoints/dtypes.safetensors"))
    #expect(throws: CheckpointError.notFinite("f32", element: 10)) {
      try file.requireFinite("f32")
    }
    #expect(throws: CheckpointError.notFinite("bf16", element: 10)) {
      try file.requireFinite("bf16", rowStride: 5)
    }
    try file.requireFinite("f32", rowStride: 3)
    for name in ["f16", "matrix", "patches", "empty", "scalar"] { try file.requireFinite(name) }
  }

  @Test(arguments: ScalarType.allCases)
  func readsBackWhatItWrites(_ type: ScalarType) throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/out.safetensors"
    let values: [Float] = [0, -1, 1.0009765625, 2.0078125, 3.4e38, -.infinity, 6e-8, 0.1]
    var writer = SafetensorsWriter(metadata: ["note": "a \"b\"\n\u{1}"])
    writer.add("w", shape: [2, 4], values, as: type)
    writer.add("none", shape: [0], [])
    writer.add("odd", type: .uint8, shape: [3], bytes: [1, 2, 3])
    try writer.write(to: path)
    let file = try SafetensorsFile(path: path)
    #expect(file.metadata == ["note": "a \"b\"\n\u{1}"])
    let expected = values.map { value -> Float in
      switch type {
      case .float32: value
      case .float16: Float(Float16(value))
      case .bfloat16:
        // To nearest, ties to even, by the definition: of the two neighbours the nearer.
        roundedToBFloat16(value)
      case .int8: preconditionFailure("not a type of files")
      }
    }
    #expect(try file.floats("w") == expected)
    #expect(try file.entry("odd").count == 3)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.safetensors"])
  }

  private func roundedToBFloat16(_ value: Float) -> Float {
    let low = Float(bitPattern: value.bitPattern & 0xFFFF_0000)
    if low == value || !value.isFinite { return value }
    let high = Float(bitPattern: low.bitPattern + 0x1_0000)
    let (below, above) = (abs(Double(value) - Double(low)), abs(Double(high) - Double(value)))
    // Past the largest number its neighbour counts as 2^128, here further away than half.
    if !high.isFinite { return high }
    if below != above { return below < above ? low : high }
    return low.bitPattern >> 16 & 1 == 0 ? low : high
  }

  @Test(arguments: [
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,5]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}"#,
    #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,1e1]}}"#,
    #"{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":"2","data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F99","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"a":{"shape":[2],"data_offsets":[0,8]}}"#,
    #"{"a":[]}"#, #"[]"#, #"null"#, "", "{", #"{"a":}"#, "\u{0}", "{}", #"{"__metadata__":{}}"#,
    #"{"__metadata__":{"a":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775800,9223372036854775807]}}"#,
    #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
    #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x"#,
    String(repeating: "[", count: 100_000),
    String(repeating: #"{"a":"#, count: 100_000),
  ])
  func refusesHeaders(_ header: String) throws {
    // Eight bytes of data, which none of these headers describes rightly.
    #expect(throws: CheckpointError.self) { try open(file(header: header, data: 8)) }
  }

  @Test func namesTensorAndReason() throws {
    let header = #"{"w":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}"#
    let error = #expect(throws: CheckpointError.self) { try open(file(header: header, data: 8)) }
    let message = try #require(error).description
    #expect(message.contains("tensor w") && message.contains("Q4") && message.contains("BF16"))
  }

  @Test func refusesFilesThatAreCutOff() throws {
    let whole = try Fixtures.bytes("checkpoints/dtypes.safetensors")
    for length in Array(0..<64) + [whole.count / 2, whole.count - 1] {
      #expect(throws: CheckpointError.self) { try open(Array(whole[..<length])) }
    }
    #expect(throws: CheckpointError.self) { try open(whole + [0]) }
  }

  @Test(arguments: [UInt64.max, 1 << 63, 100_000_001, 9])
  func refusesHeaderLengths(_ length: UInt64) throws {
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    #expect(throws: CheckpointError.self) { try open(bytes + Array("{}".utf8)) }
  }

  @Test(arguments: ["/", "/no/such/file", "", "/dev/null", "relative\0name"])
  func refusesWhatIsNoFile(_ path: String) {
    #expect(throws: CheckpointError.self) { try SafetensorsFile(path: path) }
  }
}
