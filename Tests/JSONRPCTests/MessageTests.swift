import JSON
import JSONRPC
import Testing

@Suite struct MessageTests {
  private func message(_ text: String) throws -> Message {
    try Message(JSONValue(parsing: Array(text.utf8)))
  }

  @Test(arguments: ["", #","params":null"#, #","params":[]"#, #","params":{}"#])
  func takesEveryWayToSayNoParams(spelling: String) throws {
    #expect(
      try message(#"{"jsonrpc":"2.0","id":1,"method":"m"\#(spelling)}"#)
        == .request(id: .integer(1), method: "m", params: [:]))
  }

  @Test(arguments: [
    ("1", RequestID.integer(1)), ("-7", .integer(-7)), ("\"1\"", .string("1")),
    ("\"\"", .string("")),
    ("1e3", .integer(1000)), ("9007199254740993", .integer(9_007_199_254_740_993)),
  ])
  func keepsTheTypeOfAnId(text: String, id: RequestID) throws {
    #expect(
      try message(#"{"jsonrpc":"2.0","id":\#(text),"method":"m"}"#)
        == .request(id: id, method: "m", params: [:]))
    #expect(RequestID.integer(1) != .string("1"))
  }

  @Test func tellsNotificationsAndResponsesApart() throws {
    #expect(
      try message(#"{"jsonrpc":"2.0","method":"exit"}"#)
        == .notification(method: "exit", params: [:]))
    #expect(try message(#"{"jsonrpc":"2.0","id":9,"result":null}"#) == .response(id: 9))
    #expect(
      try message(#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}"#)
        == .response(id: .null))
  }

  @Test(arguments: [
    "{}", "[]", #"[{"jsonrpc":"2.0","id":1,"method":"m"}]"#, "1", "null", #""x""#,
    #"{"jsonrpc":"1.0","id":1,"method":"m"}"#, #"{"id":1,"method":"m"}"#,
    #"{"jsonrpc":2.0,"id":1,"method":"m"}"#, #"{"jsonrpc":"2.0","id":null,"method":"m"}"#,
    #"{"jsonrpc":"2.0","id":1.5,"method":"m"}"#, #"{"jsonrpc":"2.0","id":true,"method":"m"}"#,
    #"{"jsonrpc":"2.0","id":{},"method":"m"}"#, #"{"jsonrpc":"2.0","method":5}"#,
  ])
  func refusesWhatIsNoMessageUnderTheNullId(text: String) {
    #expect {
      _ = try message(text)
    } throws: { error in
      guard let error = error as? Message.Malformed else { return false }
      return error.id == nil && error.failure.code == -32600
    }
  }
}
