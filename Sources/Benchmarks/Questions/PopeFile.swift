import JSON

/// POPE: is an object in a picture? (`RUCAIBox/POPE`, output/*/*_pope_*.json)
///
///     {"question_id": 1, "image": "COCO_val2014_….jpg", "text": "Is there …?", "label": "yes"}
enum PopeFile {
  static func items(at path: String) throws(QuestionSetError) -> [QuestionItem] {
    let reader = QuestionReader(path: path)
    var items: [QuestionItem] = []
    for (line, value) in try reader.lines() {
      let place = "line \(line)"
      let label = try reader.choice("label", of: value, place, among: ["yes", "no"])
      items.append(
        QuestionItem(
          id: "\(try reader.integer("question_id", of: value, place))",
          picture: try reader.text("image", of: value, place),
          question: try reader.text("text", of: value, place),
          answer: label == "yes" ? "Yes" : "No"))
    }
    return items
  }
}
