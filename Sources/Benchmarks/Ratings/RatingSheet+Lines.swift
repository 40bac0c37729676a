import JSON

extension RatingSheet {
  static let format = "lucarne-ratings"
  static let version = 1

  /// Reads a file of ratings; a last line that was cut off is passed over.
  /// - Throws: `AnswerSheetError`.
  package init(path: String) throws(AnswerSheetError) {
    let bytes: [UInt8]
    do { bytes = try JSONFile.bytes(at: path, limit: AnswerSheet.byteLimit) } catch {
      throw AnswerSheetError(path: path, error.reason)
    }
    try self.init(bytes[...], path: path)
  }

  init(_ bytes: ArraySlice<UInt8>, path: String) throws(AnswerSheetError) {
    let newline = UInt8(ascii: "\n")
    let whole = bytes[..<(bytes.lastIndex(of: newline) ?? bytes.startIndex)]
    var lines = whole.split(separator: newline)[...]
    guard let first = lines.popFirst() else {
      throw AnswerSheetError(
        path: path, "it has no whole line, expected ratings that were written here")
    }
    self.init(try Header(line: first, path: path))
    for (number, line) in lines.enumerated() {
      if let names = Self.arms(line: line) {
        add(arms: names)
        continue
      }
      guard let entry = Entry(line: line) else {
        throw AnswerSheetError(
          path: path,
          "line \(number + 2) is no rating of \(Ratings.scale.lowerBound) to "
            + "\(Ratings.scale.upperBound)")
      }
      add(entry)
    }
  }
}

extension RatingSheet {
  /// A line that says whose answers were to be rated.
  static func line(arms names: [String]) -> JSONValue {
    ["arms": .array(names.map { .string($0) })]
  }

  /// nil for another line.
  private static func arms(line: ArraySlice<UInt8>) -> [String]? {
    guard let list = (try? JSONValue(parsing: Array(line)))?["arms"]?.arrayValue else { return nil }
    let names = list.compactMap(\.stringValue)
    return names.count == list.count ? names : nil
  }
}

extension RatingSheet.Header {
  var line: JSONValue {
    [
      "format": .string(RatingSheet.format), "version": .integer(Int64(RatingSheet.version)),
      "concept": .string(concept), "judge": .string(judge), "method": .string(method),
      "answer": .string(form), "questionDigest": .string(questionDigest),
    ]
  }

  init(line: ArraySlice<UInt8>, path: String) throws(AnswerSheetError) {
    guard let value = try? JSONValue(parsing: Array(line)),
      value["format"]?.stringValue == RatingSheet.format
    else {
      throw AnswerSheetError(path: path, "it holds no ratings that were written here")
    }
    guard value["version"]?.plainInteger == RatingSheet.version else {
      throw AnswerSheetError(
        path: path,
        "its version is \(value["version"]?.summary ?? "missing"), expected "
          + "\(RatingSheet.version)")
    }
    guard let concept = value["concept"]?.stringValue, let judge = value["judge"]?.stringValue,
      let method = value["method"]?.stringValue, let form = value["answer"]?.stringValue,
      let digest = value["questionDigest"]?.stringValue
    else { throw AnswerSheetError(path: path, "its first line does not say how it was made") }
    self.init(
      concept: concept, judge: judge, method: method, form: form, questionDigest: digest)
  }
}

extension RatingSheet.Entry {
  var line: JSONValue {
    [
      "id": .string(subject.id), "text": .string(subject.text), "of": .string(quality.rawValue),
      "rating": .integer(Int64(rating)),
    ]
  }

  init?(line: ArraySlice<UInt8>) {
    guard let value = try? JSONValue(parsing: Array(line)), let id = value["id"]?.stringValue,
      let text = value["text"]?.stringValue,
      let quality = value["of"]?.stringValue.flatMap(RatedQuality.init),
      let rating = value["rating"]?.plainInteger, Ratings.scale.contains(rating)
    else { return nil }
    self.init(.init(id: id, text: text), quality, rating: rating)
  }
}
