import JSON

/// Where in a context a question is about: positions, or an image, or a box of one.
struct Place {
  /// The region for the wire; nil for the whole context.
  let region: JSONValue?

  static let arguments: [Schema.Member] = [
    Schema.Member(
      "positions",
      Schema.list(
        "From, and up to but not including, token positions; absent: everywhere.",
        of: Schema.integer("A position."), 2...2), isRequired: false),
    Schema.Member(
      "image", Schema.integer("Only this image's tokens, counted from 0."), isRequired: false),
    Schema.Member(
      "box",
      Schema.list(
        "x0, y0, x1, y1 in the image's pixels: only tokens that touch the box; needs image.",
        of: Schema.number("Pixels."), 4...4), isRequired: false),
  ]

  init(_ arguments: Arguments) throws(ToolFailure) {
    let positions = arguments.list("positions")
    let box = arguments.list("box")
    switch (arguments["image"], positions.isEmpty) {
    case (nil, true):
      guard box.isEmpty else {
        throw ToolFailure("\"box\" without \"image\"", next: "Say which image the box is in.")
      }
      region = nil
    case (nil, false): region = ["span": ["start": positions[0], "end": positions[1]]]
    case (let image?, true):
      var members: JSONObject = ["image": image]
      if !box.isEmpty { members["box"] = .array(box) }
      region = .object(members)
    case (_?, false):
      throw ToolFailure(
        "both \"positions\" and \"image\" were given", next: "Give one of the two.")
    }
  }
}

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
      "position",
      Schema.integer("After which position; absent or -1: the last.", -1...Int.max),
      isRequired: false),
  ]

  init(_ arguments: Arguments) {
    let answer = arguments.required("answer")
    var members: JSONObject = [:]
    if let baseline = arguments.text("baseline") {
      members["kind"] = "logitDiff"
      members["answer"] = ["text": .string(answer)]
      members["baseline"] = ["text": .string(baseline)]
      words = "logit(\(JSONWriter.quoted(answer))) - logit(\(JSONWriter.quoted(baseline)))"
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
