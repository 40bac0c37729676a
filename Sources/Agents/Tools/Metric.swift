import JSON

/// What is measured: how far one token's logit is above another's, or one token's log probability.
struct Metric {
  let target: JSONValue
  let words: String

  static let arguments: [Schema.Member] = [
    Schema.Member(
      "answer", Schema.text("The token that is asked about: a text that is exactly one token.")),
    Schema.Member(
      "baseline",
      Schema.text(
        "The token it is compared with; absent: the answer's log probability is measured."),
      isRequired: false),
    Schema.Member(
      "spellings",
      Schema.flag(
        "Whether every spelling of answer and baseline counts, with a space before it or not, in "
          + "capitals or not; needs baseline; absent: no."
      ), isRequired: false),
    Schema.Member(
      "position",
      Schema.integer("After which position; absent or -1: the last.", -1...Int.max),
      isRequired: false),
  ]

  init(_ arguments: Arguments) {
    let answer = arguments.required("answer")
    var members: JSONObject = [:]
    if let baseline = arguments.text("baseline") {
      members["kind"] = "logitDiff"
      let isSet = arguments.flag("spellings") ?? false
      func tokens(_ text: String) -> JSONValue {
        isSet ? ["text": .string(text), "variants": true] : ["text": .string(text)]
      }
      members["answer"] = tokens(answer)
      members["baseline"] = tokens(baseline)
      let (first, second) = (JSONWriter.quoted(answer), JSONWriter.quoted(baseline))
      words =
        isSet
        ? "log odds of the spellings of \(first) over those of \(second)"
        : "logit(\(first)) - logit(\(second))"
    } else {
      members["kind"] = "logProb"
      members["token"] = ["text": .string(answer)]
      words = "log p(\(JSONWriter.quoted(answer))) in nats"
    }
    if let position = arguments.integer("position") {
      members["position"] = .integer(Int64(position))
    }
    target = .object(members)
  }
}
