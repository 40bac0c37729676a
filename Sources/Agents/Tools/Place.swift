import JSON
import KernelProtocol

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
        "x0, y0, x1, y1 in the image's pixels: only tokens that touch the box; of the only image, "
          + "where image is absent.",
        of: Schema.number("Pixels."), 4...4), isRequired: false),
  ]

  /// - Throws: `ToolFailure` where the arguments contradict each other, or the context
  ///   has not one image alone.
  init(_ arguments: Arguments, _ work: Work) throws {
    let positions = arguments.list("positions")
    let box = arguments.list("box")
    switch (arguments["image"], positions.isEmpty) {
    case (nil, true):
      region =
        box.isEmpty
        ? nil : ["image": try Self.onlyImage(arguments, work), "box": .array(box)]
    case (nil, false):
      guard box.isEmpty else {
        throw ToolFailure(
          "both \"positions\" and \"box\" were given", next: "Give one of the two.")
      }
      region = ["span": ["start": positions[0], "end": positions[1]]]
    case (let image?, true):
      var members: JSONObject = ["image": image]
      if !box.isEmpty { members["box"] = .array(box) }
      region = .object(members)
    case (_?, false):
      throw ToolFailure(
        "both \"positions\" and \"image\" were given", next: "Give one of the two.")
    }
  }

  /// The image that a box is in where nothing else is said.
  private static func onlyImage(_ arguments: Arguments, _ work: Work) throws -> JSONValue {
    let tokens = try work.ask(
      ContextTokens.self, ["context": .string(arguments.required("context_id"))]
    ).tokens
    let images = Set(tokens.compactMap(\.image))
    guard images.count == 1, let image = images.first else {
      throw ToolFailure(
        images.isEmpty
          ? "a \"box\" was given, but the context has no image"
          : "a \"box\" was given without \"image\", and the context has \(images.count) images",
        next: images.isEmpty
          ? "Leave \"box\" out, or open a context with an image."
          : "Say with \"image\" which one the box is in, counted from 0.")
    }
    return .integer(Int64(image))
  }
}
