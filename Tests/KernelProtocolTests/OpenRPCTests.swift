import Foundation
import JSON
import JSONRPC
import KernelProtocol
import Testing

/// Binds the Swift types to the published contract.
@Suite struct OpenRPCTests {
  private func document() throws -> JSONValue {
    try JSONValue(parsing: Array(openRPCDocument.utf8))
  }

  private func methods() throws -> [JSONValue] {
    try #require(try document()["methods"]?.arrayValue)
  }

  @Test func isPublishedByteForByte() throws {
    let file = try Data(
      contentsOf: URL(fileURLWithPath: repositoryPath("protocol/openrpc.json")))
    #expect(Data(openRPCDocument.utf8) == file)
  }

  @Test func generatingAgainChangesNothing() throws {
    let check = Process()
    check.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    check.arguments = ["python3", repositoryPath("protocol/generator"), "--check"]
    let output = Pipe()
    check.standardError = output
    try check.run()
    let differing = output.fileHandleForReading.readDataToEndOfFile()
    check.waitUntilExit()
    #expect(
      check.terminationStatus == 0,
      "run Tests/Conformance/embed.py: \(String(decoding: differing, as: UTF8.self))")
  }

  @Test func examplesBecomeTypedValuesAndTheSameJSONAgain() throws {
    for (method, request) in zip(try methods(), allRequests) {
      let examples = try #require(method["examples"]?.arrayValue)
      #expect(!examples.isEmpty)
      for example in examples { try check(example, of: request) }
    }
  }

  private func check<Method: Request>(_ example: JSONValue, of method: Method.Type) throws {
    var params: JSONObject = [:]
    for param in example["params"]?.arrayValue ?? [] {
      params[param["name"]?.stringValue ?? ""] = param["value"]
    }
    let typed = try JSONValue.object(params).decode(Method.Params.self)
    #expect(normalized(try JSONValue(encoding: typed)) == normalized(.object(params)))
    let result = try #require(example["result"]?["value"])
    let typedResult = try result.decode(Method.Result.self, path: "result")
    #expect(normalized(try JSONValue(encoding: typedResult)) == normalized(result))
  }

  /// Numbers alike, however they are spelt: 4 and 4.0 are the same JSON number.
  private func normalized(_ value: JSONValue) -> JSONValue {
    switch value {
    case .integer(let integer): .number(Double(integer))
    case .array(let elements): .array(elements.map(normalized))
    case .object(let members): .object(members.mapValues(normalized))
    default: value
    }
  }
}

/// The absolute path of a file of the repository.
private func repositoryPath(_ path: String) -> String {
  let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  return "/\(root)/\(path)"
}
