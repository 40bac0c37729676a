import JSON

/// AMBER's questions that are answered Yes or No (`junyangwang0410/AMBER`, data/query and
/// data/annotations.json): queries `{"id", "image", "query"}`, whose answers stand in another list,
/// that of id n at n − 1.
enum AmberFile {
  /// What the annotations call a dimension, and what it is called here.
  private static let dimensions = [
    "discriminative-hallucination": "existence",
    "discriminative-attribute-state": "state",
    "discriminative-attribute-number": "number",
    "discriminative-attribute-action": "action",
    "discriminative-relation": "relation",
    "relation": "relation",
  ]

  static func items(
    at path: String, annotations: String
  ) throws(QuestionSetError) -> [QuestionItem] {
    let queries = QuestionReader(path: path)
    let answers = QuestionReader(path: annotations)
    let list = try answers.list()
    var items: [QuestionItem] = []
    for (number, value) in try queries.list().enumerated() {
      let place = "query \(number)"
      let id = try queries.integer("id", of: value, place)
      guard id > 0, id <= list.count else {
        throw queries.refuse(
          "\(place): its id is \(id), the annotations, counted from 1, are those of 1 to "
            + "\(list.count)")
      }
      let annotation = list[id - 1]
      let there = "the annotation of id \(id)"
      let known = Self.dimensions.keys.sorted()
      let dimension = try answers.choice("type", of: annotation, there, among: known)
      let truth = try answers.choice("truth", of: annotation, there, among: ["yes", "no"])
      guard annotation["id"].map({ $0.plainInteger == id }) ?? true else {
        throw answers.refuse("\(there) says that it is of another id")
      }
      items.append(
        QuestionItem(
          id: "\(id)", picture: try queries.text("image", of: value, place),
          question: try queries.text("query", of: value, place),
          answer: truth == "yes" ? "Yes" : "No", kind: Self.dimensions[dimension]))
    }
    return items
  }
}
