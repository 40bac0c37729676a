import Foundation
import JSON
import RemoteKernels
import Testing

/// What of a client's messages becomes content on its way to another machine.
@Suite struct LocalFilesTests {
  private let folder: URL
  private let picture: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "local-files-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    picture = folder.appendingPathComponent("a picture.png")
    try Data("not looked at".utf8).write(to: picture)
  }

  private var base64: JSONValue { .string(Data("not looked at".utf8).base64EncodedString()) }

  private func carried(_ method: String, _ params: JSONValue) throws -> JSONValue? {
    var files = LocalFiles(host: "gpu7")
    return try files.carried(method, params, byteCount: 100)
  }

  @Test func picturesOfThisMachineTravelByContent() throws {
    let path = JSONValue.string(picture.path)
    let found = try carried(
      "context/open",
      [
        "parts": [
          ["text": path], ["image": ["path": path, "reading": "open"], "id": "p"],
          ["image": ["uri": .string(picture.absoluteString)]],
          ["image": ["path": "/only/there.png"]], ["video": ["frames": [["path": path]]]],
        ], "model": "m",
      ])
    #expect(
      found == [
        "parts": [
          ["text": path], ["image": ["reading": "open", "base64": base64], "id": "p"],
          ["image": ["base64": base64]],
          ["image": ["path": "/only/there.png"]], ["video": ["frames": [["base64": base64]]]],
        ], "model": "m",
      ])
  }

  @Test(
    arguments: [
      ["parts": [["image": ["path": "relative.png"]]]],
      ["parts": [["image": ["path": "/dev/null"]]]],
      ["parts": [["image": ["base64": "AAAA"]]]], ["parts": "what"], [:], ["parts": [7]],
    ] as [JSONValue])
  func whatIsNoFileHereIsLeftToTheKernel(params: JSONValue) throws {
    #expect(try carried("context/open", params) == nil)
    #expect(try carried("model/load", ["path": .string(picture.path)]) == nil)
  }

  @Test func aPictureThatFitsIntoNoMessageIsRefusedByNameAndSize() throws {
    let large = folder.appendingPathComponent("large.png")
    #expect(FileManager.default.createFile(atPath: large.path, contents: nil))
    let handle = try FileHandle(forWritingTo: large)
    try handle.truncate(atOffset: 60 << 20)
    try handle.close()
    let error = #expect(throws: LocalFiles.Refusal.self) {
      _ = try carried("context/open", ["parts": [["image": ["path": .string(large.path)]]]])
    }
    #expect(error?.message.contains(large.path) == true)
    #expect(error?.message.contains("67108864") == true)
  }

  @Test func promptFilesHaveTheirPicturesWithThem() throws {
    let text = JSONValue.string(
      "---\nimages:\n  near: a picture.png\n  far: /only/there.png\n---\n@user\n![near]\nWhat?\n")
    let params: JSONValue = ["text": text, "directory": .string(folder.path)]
    let opened = try #require(try carried("prompt/open", params))
    #expect(opened["images"] == [["name": "near", "base64": base64]])
    #expect(opened["text"] == text)
    #expect(try carried("prompt/check", params)?["images"] == [["name": "near"]])
  }

  /// A picture goes with the text that first names it, and again once it is another.
  @Test func documentsSendAPictureOnce() throws {
    var files = LocalFiles(host: "gpu7")
    func text(_ question: String) -> JSONValue {
      .string("---\nimages:\n  near: a picture.png\n---\n@user\n![near]\n\(question)\n")
    }
    let uri = JSONValue.string(folder.appendingPathComponent("one.lucarne").absoluteString)
    func change(_ question: String) -> JSONValue {
      ["textDocument": ["uri": uri], "contentChanges": [["text": text(question)]]]
    }
    let opened: JSONValue = ["textDocument": ["uri": uri, "text": text("What?")]]
    #expect(
      try files.carried("textDocument/didOpen", opened, byteCount: 100)?["images"]
        == [["name": "near", "base64": base64]])
    #expect(
      try files.carried("textDocument/didChange", change("Who?"), byteCount: 100) == nil)
    try Data("another".utf8).write(to: picture)
    let saved = try files.carried(
      "textDocument/didSave", ["textDocument": ["uri": uri]], byteCount: 100)
    let again = JSONValue.string(Data("another".utf8).base64EncodedString())
    #expect(saved?["images"] == [["name": "near", "base64": again]])
    try FileManager.default.removeItem(at: picture)
    #expect(
      try files.carried("textDocument/didChange", change("Where?"), byteCount: 100)?["images"]
        == [])
  }
}
