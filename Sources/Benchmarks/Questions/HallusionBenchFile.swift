import JSON

/// HallusionBench: a list of objects whose values are texts throughout; `filename` is null where
/// the question is asked without a picture (`tianyi-lab/HallusionBench`, HallusionBench.json).
enum HallusionBenchFile {
  static func items(at path: String) throws(QuestionSetError) -> [QuestionItem] {
    let reader = QuestionReader(path: path)
    var items: [QuestionItem] = []
    for (number, value) in try reader.list().enumerated() {
      let place = "question \(number)"
      let category = try reader.choice("category", of: value, place, among: ["VD", "VS"])
      let asked = HallusionPlace(
        category: category,
        subcategory: try reader.text("subcategory", of: value, place),
        set: try reader.text("set_id", of: value, place),
        figure: try reader.text("figure_id", of: value, place),
        question: try reader.text("question_id", of: value, place),
        visualInput: try reader.choice(
          "visual_input", of: value, place, among: ["0", "1", "2"]))
      let truth = try reader.choice("gt_answer", of: value, place, among: ["0", "1"])
      items.append(
        QuestionItem(
          id: asked.id, picture: try reader.optionalText("filename", of: value, place),
          question: try reader.text("question", of: value, place),
          answer: truth == "1" ? "Yes" : "No", kind: asked.group, place: asked))
    }
    return items
  }
}

extension HallusionPlace {
  /// `VS/chart/0/1/3`: the set, the figure and the question.
  var id: String { "\(group)/\(set)/\(figure)/\(question)" }

  /// `VS/chart`
  package var group: String { "\(category)/\(subcategory)" }
}
