import Foundation
import Tensors
import Testing

@Suite struct MappedFileTests {
  /// Calls `body` with the path of a new file of these bytes.
  func withFile<R>(_ bytes: [UInt8], _ body: (String) throws -> R) throws -> R {
    let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path(percentEncoded: false))
  }

  @Test func givesItsBytes() throws {
    try withFile([1, 2, 3, 4, 5]) { path in
      let file = try MappedFile(path: path)
      #expect(file.byteCount == 5)
      #expect(try file.bytes(1..<4) == [2, 3, 4])
      #expect(try file.bytes(5..<5) == [])
    }
  }

  @Test func refusesBytesItDoesNotHave() throws {
    try withFile([1, 2, 3]) { path in
      let file = try MappedFile(path: path)
      for range in [0..<4, 3..<5, -1..<2, 7..<9] {
        let error = TensorError.outOfBounds(
          path: path, range: "\(range.lowerBound)..<\(range.upperBound)", byteCount: 3)
        #expect(throws: error) { try file.bytes(range) }
      }
    }
  }

  @Test func namesTheMissingFile() {
    let error = #expect(throws: TensorError.self) { try MappedFile(path: "/nowhere/at all") }
    #expect(error?.description.contains("/nowhere/at all: cannot be read: No such file") == true)
  }

  @Test func refusesADirectory() {
    let error = #expect(throws: TensorError.self) { try MappedFile(path: "/") }
    #expect(error == .notAFile(path: "/", kind: "a directory"))
  }

  @Test func refusesADevice() {
    #expect(throws: TensorError.notAFile(path: "/dev/zero", kind: "a device")) {
      try MappedFile(path: "/dev/zero")
    }
  }

  @Test func refusesAPathWithAZeroByte() {
    #expect(throws: TensorError.self) { try MappedFile(path: "/dev/null\0x") }
  }

  /// Root reads everything, so the refusal is only seen as another user.
  @Test(.enabled(if: getuid() != 0)) func refusesAFileItMayNotRead() throws {
    try withFile([1]) { path in
      try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
      #expect(throws: TensorError.self) { try MappedFile(path: path) }
    }
  }

  @Test func anEmptyFileHasOnlyEmptyMatrices() throws {
    try withFile([]) { path in
      let file = try MappedFile(path: path)
      #expect(file.byteCount == 0)
      #expect(try file.bytes(0..<0) == [])
      let weight = try WeightMatrix(file: file, byteOffset: 0, type: .float16, rows: 0, columns: 4)
      #expect(weight.floats() == Matrix(rows: 0, columns: 4))
      #expect(throws: TensorError.self) {
        try WeightMatrix(file: file, byteOffset: 0, type: .float16, rows: 1, columns: 1)
      }
    }
  }

  @Test func refusesMatricesBeyondTheFile() throws {
    try withFile([UInt8](repeating: 0, count: 64)) { path in
      let file = try MappedFile(path: path)
      for (offset, rows, columns) in [
        (0, 4, 5), (1, 4, 4), (65, 0, 0), (-1, 1, 1), (0, -1, 4), (0, .max, 2), (0, .max, .max),
        (.max, 1, 1), (0, -4, -4), (0, 1 << 62, 4),
      ] {
        #expect(throws: TensorError.self) {
          try WeightMatrix(
            file: file, byteOffset: offset, type: .float32, rows: rows, columns: columns)
        }
      }
      _ = try WeightMatrix(file: file, byteOffset: 0, type: .float32, rows: 4, columns: 4)
      _ = try WeightMatrix(file: file, byteOffset: 63, type: .float16, rows: 0, columns: 4)
    }
  }

  /// Every float16 and every bfloat16, against Swift's own conversion.
  @Test func widensEveryHalfExactly() throws {
    let bytes = (0..<65536).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    try withFile([7] + bytes) { path in
      let file = try MappedFile(path: path)
      for type in [ScalarType.float16, .bfloat16] {
        let weight = try WeightMatrix(
          file: file, byteOffset: 1, type: type, rows: 256, columns: 256)
        let floats = weight.floats().values
        let expected = (0..<65536).map { i in
          type == .float16
            ? Float(Float16(bitPattern: UInt16(i))) : Float(bitPattern: UInt32(i) << 16)
        }
        let wrong = (0..<65536).filter { i in
          expected[i].isNaN
            ? !floats[i].isNaN : floats[i].bitPattern != expected[i].bitPattern
        }
        #expect(wrong.isEmpty, "\(type): \(wrong.prefix(5))")
        let first = weight.firstNonFinite()
        let bad = expected.firstIndex { !$0.isFinite } ?? 0
        #expect(first?.row == bad / 256 && first?.column == bad % 256)
        #expect(weight.slice(rows: 3..<5).floats() == weight.floats().slice(rows: 3..<5))
        #expect(weight.gather(rows: [9, 2, 9]).row(2) == weight.floats().row(9))
      }
    }
  }
}
