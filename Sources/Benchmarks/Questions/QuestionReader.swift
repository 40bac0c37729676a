import JSON

/// Reads the objects of one file of questions.
struct QuestionReader {
  let path: String

  func refuse(_ reason: String) -> QuestionSetError { QuestionSetError(path: path, reason: reason) }

  /// The objects of a file that is one JSON list.
  func list() throws(QuestionSetError) -> [JSONValue] {
    let value: JSONValue
    do {
      value = try JSONFile.value(at: path, byteLimit: QuestionSet.byteLimit, limits: JSONLimits())
    } catch { throw refuse(error.reason) }
    guard let list = value.arrayValue else {
      throw refuse("found \(value.summary), expected a list of questions")
    }
    return list
  }

  /// The objects of a file that has one a line; empty lines are passed over.
  func lines() throws(QuestionSetError) -> [(line: Int, value: JSONValue)] {
    let bytes: [UInt8]
    do { bytes = try JSONFile.bytes(at: path, limit: QuestionSet.byteLimit) } catch {
      throw refuse(error.reason)
    }
    var found: [(line: Int, value: JSONValue)] = []
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let content = bytes.dropFirst(bytes.starts(with: mark) ? mark.count : 0)
    if content.first(where: { $0 > UInt8(ascii: " ") }) == UInt8(ascii: "[") {
      throw refuse(
        "it is a JSON list, expected an object a line; files of HallusionBench and AMBER are "
          + "lists: name their format")
    }
    let lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
      guard line.contains(where: { $0 > UInt8(ascii: " ") }) else { continue }
      do { found.append((number + 1, try JSONValue(parsing: Array(line)))) } catch {
        throw refuse("line \(number + 1): \(error)")
      }
    }
    return found
  }

  /// A member that is a text.
  func text(_ key: String, of value: JSONValue, _ place: String) throws(QuestionSetError) -> String
  {
    guard let text = value[key]?.stringValue else {
      throw wrong(key, of: value, place, expected: "a text")
    }
    return text
  }

  /// A member that is a text, or absent.
  func optionalText(
    _ key: String, of value: JSONValue, _ place: String
  ) throws(QuestionSetError) -> String? {
    switch value[key] {
    case nil, .null?: nil
    case .string(let text)?: text
    case .some: throw wrong(key, of: value, place, expected: "a text")
    }
  }

  /// A member that is one of a few texts.
  func choice(
    _ key: String, of value: JSONValue, _ place: String, among known: [String]
  ) throws(QuestionSetError) -> String {
    guard let text = value[key]?.stringValue, known.contains(text) else {
      let expected = known.map { "\"\($0)\"" }.joined(separator: " or ")
      throw wrong(key, of: value, place, expected: expected)
    }
    return text
  }

  func integer(
    _ key: String, of value: JSONValue, _ place: String
  ) throws(QuestionSetError) -> Int {
    guard let number = value[key]?.plainInteger else {
      throw wrong(key, of: value, place, expected: "an integer")
    }
    return number
  }

  private func wrong(
    _ key: String, of value: JSONValue, _ place: String, expected: String
  ) -> QuestionSetError {
    guard value.objectValue != nil else {
      return refuse("\(place): found \(value.summary), expected an object")
    }
    let found = value[key].map(\.summary) ?? "nothing"
    return refuse("\(place): \"\(key)\" is \(found), expected \(expected)")
  }
}
