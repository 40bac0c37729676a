import Glibc
import JSON
import JSONRPC
import KernelProtocol
import Testing

/// Binds the Swift types to the published contract.
@Suite struct OpenRPCTests {
  private static let file = fileContents(ofRepository: "protocol/openrpc.json")

  private func document() throws -> JSONValue {
    try JSONValue(parsing: Array(openRPCDocument.utf8))
  }

  private func methods() throws -> [JSONValue] {
    try #require(try document()["methods"]?.arrayValue)
  }

  @Test func isPublishedByteForByte() {
    #expect(
      Array(openRPCDocument.utf8) == Self.file,
      "run Tests/Conformance/embed.py after a change to protocol/openrpc.json")
  }

  @Test func hasTheMethodsOfTheKernel() throws {
    let published = try methods().map { $0["name"]?.stringValue }
    #expect(published == allRequests.map { $0.method })
  }

  @Test func saysWhereEachMethodRunsAndWhatItStreams() throws {
    for (method, request) in zip(try methods(), allRequests) {
      #expect(method["x-lane"]?.stringValue == request.lane.rawValue)
      let streamed = method["x-partialResult"]
      #expect((streamed != nil) == (request.partialResults != nil), "\(request.method)")
      if let name = request.partialResults {
        #expect(streamed?["properties"]?[name] != nil, "\(request.method)")
      }
      let params = method["params"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
      #expect(params.contains("workDoneToken") == request.isLong, "\(request.method)")
    }
  }

  @Test func listsEveryKindOfFailure() throws {
    let kinds = try document()["x-errorKinds"]?.arrayValue?.compactMap { $0["kind"]?.stringValue }
    #expect(kinds == DomainError.Kind.allCases.map(\.rawValue))
    for method in try methods() {
      for kind in method["x-errorKinds"]?.arrayValue ?? [] {
        #expect(DomainError.Kind(rawValue: kind.stringValue ?? "") != nil)
      }
    }
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

/// A file of the repository; empty where it cannot be read.
func fileContents(ofRepository path: String) -> [UInt8] {
  let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  let descriptor = unsafe open("/\(root)/\(path)", O_RDONLY)
  guard descriptor >= 0 else { return [] }
  defer { close(descriptor) }
  var contents: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe read(descriptor, &buffer, buffer.count)
    guard count > 0 else { return contents }
    contents += buffer[..<count]
  }
}
