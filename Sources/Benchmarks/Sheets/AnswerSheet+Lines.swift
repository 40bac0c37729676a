import JSON

extension AnswerSheet {
  static let format = "lucarne-answers"
  static let version = 1
  /// Bytes of a file at most.
  static let byteLimit = 1 << 30

  /// Reads a file of answers; a last line that was cut off is passed over.
  /// - Throws: `AnswerSheetError`.
  package init(path: String) throws(AnswerSheetError) {
    let bytes: [UInt8]
    do { bytes = try JSONFile.bytes(at: path, limit: Self.byteLimit) } catch {
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
        path: path, "it has no whole line, expected answers that were written here")
    }
    self.init(try Header(line: first, path: path))
    for (number, line) in lines.enumerated() {
      guard let entry = Entry(line: line, arms: header.arms) else {
        throw AnswerSheetError(
          path: path, "line \(number + 2) is no question with its answers in every arm")
      }
      add(entry)
    }
  }
}

extension AnswerSheet.Header {
  var line: JSONValue {
    var object: JSONObject = [
      "format": .string(AnswerSheet.format), "version": .integer(Int64(AnswerSheet.version)),
      "questions": .string(format.rawValue), "count": .integer(Int64(questions)),
      "arms": .array(arms.map(\.json)), "settings": .object(settings),
    ]
    object["pictures"] = pictures.map { .string($0) }
    return .object(object)
  }

  init(line: ArraySlice<UInt8>, path: String) throws(AnswerSheetError) {
    guard let value = try? JSONValue(parsing: Array(line)),
      value["format"]?.stringValue == AnswerSheet.format
    else {
      throw AnswerSheetError(path: path, "it holds no answers that were written here")
    }
    guard value["version"]?.plainInteger == AnswerSheet.version else {
      throw AnswerSheetError(
        path: path,
        "its version is \(value["version"]?.summary ?? "missing"), expected "
          + "\(AnswerSheet.version)")
    }
    let arms = value["arms"]?.arrayValue?.map(Arm.init) ?? []
    guard let format = value["questions"]?.stringValue.flatMap(QuestionFormat.init),
      let settings = value["settings"]?.objectValue, let count = value["count"]?.plainInteger,
      count >= 0, !arms.isEmpty, !arms.contains(nil),
      Set(arms.map { $0?.name }).count == arms.count
    else { throw AnswerSheetError(path: path, "its first line does not say how it was made") }
    guard arms.contains(.plain) else {
      throw AnswerSheetError(path: path, "none of its arms is the plain model, expected one")
    }
    self.init(
      format: format, arms: arms.compactMap(\.self), settings: settings, questions: count,
      pictures: value["pictures"]?.stringValue)
  }
}

extension AnswerSheet.Entry {
  var line: JSONValue {
    var object = item.json
    switch outcome {
    case .answered(let texts):
      object["answers"] = .object(JSONObject(texts.mapValues { .string($0) }))
    case .missing(let reason): object["missing"] = .string(reason)
    }
    return .object(object)
  }

  init?(line: ArraySlice<UInt8>, arms: [Arm]) {
    guard let value = try? JSONValue(parsing: Array(line)), let item = QuestionItem(value) else {
      return nil
    }
    if let reason = value["missing"]?.stringValue {
      self.init(item, .missing(reason))
      return
    }
    guard let answers = value["answers"] else { return nil }
    var texts: [String: String] = [:]
    for arm in arms {
      guard let text = answers[arm.name]?.stringValue else { return nil }
      texts[arm.name] = text
    }
    self.init(item, .answered(texts))
  }
}

extension QuestionItem {
  fileprivate var json: JSONObject {
    var object = JSONObject()
    object["id"] = .string(id)
    object["image"] = picture.map { .string($0) }
    object["question"] = .string(question)
    object["answer"] = .string(answer)
    object["kind"] = kind.map { .string($0) }
    if isPlainText { object["template"] = "none" }
    object["place"] = place.map { place in
      .array(
        [
          place.category, place.subcategory, place.set, place.figure, place.question,
          place.visualInput,
        ].map { .string($0) })
    }
    return object
  }

  fileprivate init?(_ json: JSONValue) {
    guard let id = json["id"]?.stringValue, let question = json["question"]?.stringValue,
      let answer = json["answer"]?.stringValue
    else { return nil }
    var place: HallusionPlace?
    if let list = json["place"]?.arrayValue {
      let texts = list.compactMap(\.stringValue)
      guard texts.count == 6, list.count == 6 else { return nil }
      place = HallusionPlace(
        category: texts[0], subcategory: texts[1], set: texts[2], figure: texts[3],
        question: texts[4], visualInput: texts[5])
    }
    self.init(
      id: id, picture: json["image"]?.stringValue, question: question, answer: answer,
      kind: json["kind"]?.stringValue, isPlainText: json["template"]?.stringValue == "none",
      place: place)
  }
}
