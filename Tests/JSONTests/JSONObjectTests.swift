import JSON
import Testing

@Suite struct JSONObjectTests {
  private func object(_ text: String) throws -> JSONObject {
    try #require(try JSONValue(parsing: Array(text.utf8)).objectValue)
  }

  @Test func keepsTheOrderOfTheText() throws {
    #expect(try object(#"{"b":1,"a":2,"C":3}"#).members.map(\.name) == ["b", "a", "C"])
    #expect(try object(#"{"b":1,"a":2,"C":3}"#).sortedMembers.map(\.name) == ["C", "a", "b"])
  }

  @Test func keepsRepeatedMembersAndReadsTheLast() throws {
    let repeated = try object(#"{"a":1,"b":2,"a":3}"#)
    #expect(repeated.members.map(\.value) == [1, 2, 3])
    #expect(repeated.repeatedName == "a")
    #expect(repeated["a"] == 3)
    #expect(repeated == ["b": 2, "a": 3])
    #expect(repeated != ["b": 2, "a": 1])
    #expect(try JSONValue.object(repeated).bytes() == Array(#"{"a":3,"b":2}"#.utf8))
    #expect(try object(#"{"a":1,"b":2}"#).repeatedName == nil)
  }

  /// Small objects are walked, large ones indexed: both must agree with a dictionary.
  @Test(arguments: [1, 15, 16, 17, 40, 1000])
  func agreesWithADictionary(count: Int) throws {
    var object = JSONObject()
    var dictionary: [String: JSONValue] = [:]
    for number in 0..<count {
      let name = "n\(number * 7 % count)"
      object[name] = .integer(Int64(number))
      dictionary[name] = .integer(Int64(number))
    }
    #expect(object.repeatedName == nil)
    #expect(object == JSONObject(dictionary))
    for (name, value) in dictionary { #expect(object[name] == value) }
    #expect(object["absent"] == nil)
    for number in stride(from: 0, to: count, by: 2) {
      object["n\(number)"] = nil
      dictionary["n\(number)"] = nil
    }
    #expect(object == JSONObject(dictionary))
    for number in 0..<count { #expect(object["n\(number)"] == dictionary["n\(number)"]) }
    let again = JSONObject(object.members + object.members)
    #expect(again == object)
    #expect(again.repeatedName == object.members.first?.name)
  }

  @Test func findsEveryMemberOfALargeObject() throws {
    let count = 128_000
    let text = (0..<count).map { "\"token \($0)\":\($0)" }.joined(separator: ",")
    let vocabulary = try object("{\(text)}")
    for number in 0..<count { #expect(vocabulary["token \(number)"] == .integer(Int64(number))) }
  }

  @Test func tellsPlainIntegersFromOtherSpellings() throws {
    let values = try object(#"{"a":3,"b":3.0,"c":3e0,"d":"3"}"#).members.map(\.value)
    #expect(values.map(\.plainInteger) == [3, nil, nil, nil])
    #expect(values.map(\.integerValue) == [3, 3, 3, nil])
    #expect(values.map(\.numberValue) == [3, 3, 3, nil])
  }

  @Test func countsDepthWithEmptyContainersToo() throws {
    let limits = JSONLimits(depth: 2)
    _ = try JSONValue(parsing: Array("[[1],{}]".utf8), limits: limits)
    for text in ["[[[]]]", "[{\"a\":{}}]", "[[[1]]]"] {
      #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8), limits: limits) }
    }
  }
}
