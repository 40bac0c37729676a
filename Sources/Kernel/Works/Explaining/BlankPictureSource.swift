import Explanations
import FeatureIndex
import JSON
import JSONRPC
import KernelProtocol

/// Explanations without exemplars and without a second model: the model itself is shown a blank
/// picture with one latent held at what it reaches in the index, and says what it sees.
///
/// After "steering a vision feature on a blank image" (arXiv 2603.22593), with controls of our own:
/// the answer counts as an explanation only where the model says something else of the blank
/// picture as it is, and of one changed as far in a random direction.
struct BlankPictureSource: ExplanationSource {
  private let view: IndexView?
  private let strength: Double
  private let instruction: String
  private let answers = ExplanationQuestion(form: .sentence, isText: false)

  /// Beyond it nothing of the model's own stream is left.
  private static let mostStrength: Double = 1_000

  static let defaultQuestion = "Describe the image."

  /// - Throws: `KernelError.unsupported` for what goes with exemplars alone, and a strength that is
  ///   not above zero.
  init(
    _ blank: ExplanationGenerate.BlankPicture, _ params: ExplanationGenerate.Params
  ) throws(KernelError) {
    let others: [(String, Bool)] = [
      ("rankBy", params.rankBy != nil), ("exemplars", params.exemplars != nil),
      ("style", params.style != nil), ("interpolation", params.interpolation != nil),
      ("level", params.level != nil), ("answer", params.answer == .json),
    ]
    if let first = others.first(where: \.1)?.0 {
      throw .unsupported(
        "\(first) is of explanations by exemplars, and a blank picture has none: leave it out")
    }
    guard params.view != "text" else {
      throw .unsupported("the view is text, a blank picture shows what is seen in pictures")
    }
    view = params.view.map { IndexView($0) }
    strength = blank.strength ?? 4
    guard strength > 0, strength <= Self.mostStrength else {
      throw .unsupported(
        "blankPicture.strength is \(strength), expected a number above zero, at most "
          + "\(Int(Self.mostStrength))")
    }
    instruction = blank.question ?? Self.defaultQuestion
  }

  func check(_ store: FeatureIndexStore) throws {
    let view = view ?? store.options.firstView
    guard view != .text, store.options.views.contains(view) else {
      let known = store.options.views.filter { $0 != .text }.map(\.name)
      throw KernelError.unsupported(
        "the view is \(view.name), a feature's largest activation is taken from a view of "
          + "pictures; the index has \(known.isEmpty ? "none" : known.joined(separator: ", "))")
    }
  }

  func matter(of latent: Int, in store: FeatureIndexStore) throws -> ExplanationMatter {
    let largest = try store.statistics(ofLatent: latent)[view ?? store.options.firstView]?.max ?? 0
    guard largest > 0 else { return .silent }
    var question = AskedQuestion(
      id: latent, system: "", instruction: instruction, seed: UInt64(latent))
    question.held = Float(Double(largest) * strength)
    return .asked(.init(question: question))
  }

  func read(_ said: AskedReply.Said) -> ExplanationQuestion.Reading {
    let answer = answers.read(said.text)
    guard case .explained = answer, said.controls.contains(where: { $0.text == said.text }) else {
      return answer
    }
    return .uninterpretable
  }

  func transcript(_ matter: ExplanationMatter.Asked, _ said: AskedReply.Said) -> JSONValue {
    var value: JSONObject = [
      "instruction": .string(instruction),
      "heldAt": .number(Double(matter.question.held ?? 0)),
      "answer": .string(String(said.text.prefix(16_384))),
    ]
    for control in said.controls {
      value[control.name] = .string(String(control.text.prefix(16_384)))
    }
    return .object(value)
  }
}
