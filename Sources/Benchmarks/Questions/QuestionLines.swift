import JSON

/// The project's own form: a JSON object a line.
///
///     {"id": "harbour-3", "image": "harbour.png", "question": "Is there a boat?",
///      "answer": "Yes", "kind": "presence"}
///
/// `id` (absent: the line's number), `image`, `kind` and `template` may be absent; `"template":
/// "none"` has the text continued as it stands. Without an `answer` nothing is right, as where a
/// judge rates what is said. Other members are refused, so that a misspelt one is not passed over.
enum QuestionLines {
  private static let members = ["id", "image", "question", "answer", "kind", "template"]

  static func items(at path: String) throws(QuestionSetError) -> [QuestionItem] {
    let reader = QuestionReader(path: path)
    var items: [QuestionItem] = []
    for (line, value) in try reader.lines() {
      let place = "line \(line)"
      let known = Self.members.map { "\"\($0)\"" }.joined(separator: ", ")
      if let other = value.objectValue?.members.map(\.name).first(where: {
        !Self.members.contains($0)
      }) {
        let hint = value["label"] == nil ? "" : "; POPE's files are of the format pope"
        throw reader.refuse(
          "\(place): \"\(other.prefix(200))\" is unknown, expected \(known)\(hint)")
      }
      let answer = try reader.optionalText("answer", of: value, place) ?? ""
      guard answer.isEmpty || answer.contains(where: { !$0.isWhitespace }) else {
        throw reader.refuse("\(place): \"answer\" is blank, expected a word, or no answer at all")
      }
      let template = try reader.optionalText("template", of: value, place)
      guard [nil, "none", "model"].contains(template) else {
        throw reader.refuse(
          "\(place): \"template\" is \"\(template?.prefix(200) ?? "")\", expected \"none\" or "
            + "\"model\"")
      }
      items.append(
        QuestionItem(
          id: try reader.optionalText("id", of: value, place) ?? "\(line)",
          picture: try reader.optionalText("image", of: value, place),
          question: try reader.text("question", of: value, place), answer: answer,
          kind: try reader.optionalText("kind", of: value, place),
          isPlainText: template == "none"))
    }
    return items
  }
}
