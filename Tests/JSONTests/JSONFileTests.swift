import Foundation
import JSON
import Testing

/// Small files as they come: what is read of them, and why one is not.
@Suite struct JSONFileTests {
  private func refusal(_ read: () throws -> Void) -> JSONFileError? {
    do {
      try read()
      return nil
    } catch { return error as? JSONFileError }
  }

  private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data(text.utf8).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    try body(url.path)
  }

  @Test func anObjectIsReadBehindAByteOrderMark() throws {
    try withFile("\u{FEFF}{\"a\": 1}") { path in
      let object = try JSONFile.object(at: path, byteLimit: 11)
      #expect(object == ["a": 1])
      let bytes = try JSONFile.bytes(at: path, limit: 11)
      #expect(bytes == [0xEF, 0xBB, 0xBF] + Array("{\"a\": 1}".utf8))
    }
    try withFile("[1, 2]") { path in
      let value = try JSONFile.value(at: path, byteLimit: 64)
      #expect(value == [1, 2])
    }
    try withFile("") { path in
      let bytes = try JSONFile.bytes(at: path, limit: 0)
      #expect(bytes.isEmpty)
    }
  }

  @Test(arguments: [
    ("[1, 2]", JSONFileError.Kind.notAnObject, "found array [1, 2], expected an object"),
    ("{\"a\": 1}   ", .tooLarge, "11 bytes, expected at most 10"),
    ("{\"a\": 1", .malformed, "at byte 7"),
    ("{\"a\":NaN}", .malformed, "holds NaN, which is not valid JSON"),
    ("[[[[]]]]", .malformed, "byte 3"),
  ])
  func whatIsNotReadSaysWhy(text: String, kind: JSONFileError.Kind, words: String) throws {
    try withFile(text) { path in
      let error = refusal {
        _ = try JSONFile.object(
          at: path, byteLimit: 10, limits: JSONLimits(depth: 3, values: 10))
      }
      #expect(error?.kind == kind && error?.path == path)
      #expect(error?.reason.contains(words) == true, "\(error?.reason ?? "")")
    }
  }

  @Test func whatIsNoFileIsRefusedByItsKind() {
    let folder = FileManager.default.temporaryDirectory.path
    for (path, kind, words) in [
      (folder, JSONFileError.Kind.unreadable, "found a folder, expected a regular file"),
      ("/dev/zero", .unreadable, "found a device, expected a regular file"),
      (folder + "/\(UUID().uuidString)", .missing, "No such file or directory"),
      ("/dev/null/x", .unreadable, "Not a directory"),
      ("a\0b", .unreadable, "zero byte"),
    ] {
      let error = refusal { _ = try JSONFile.bytes(at: path, limit: 10) }
      #expect(error?.kind == kind)
      #expect(error?.reason.contains(words) == true, "\(path): \(error?.reason ?? "was read")")
    }
  }
}
