import Explanations
import FeatureIndex
import Images
import Indexing
import Interpretation
import JSON
import KernelProtocol

/// Explanations by the places where a latent is strongest, which the explainer is shown.
struct ExemplarSource: ExplanationSource {
  private let question: ExplanationQuestion
  private let view: IndexView?
  private let ranking: IndexRanking
  private let count: Int
  private let style: MaskStyle
  private let side: Int
  private let limits: PictureLimits

  /// - Throws: where the view cannot be drawn in the style.
  init(_ params: ExplanationGenerate.Params, limits: PictureLimits) throws {
    view = params.view.map { IndexView($0) }
    style = MaskStyle(params.style, interpolation: params.interpolation, level: params.level)
    if let view { try style.check(drawing: view) }
    question = ExplanationQuestion(
      form: params.answer == .text ? .sentence : .json, isText: view == .text)
    ranking = (params.rankBy ?? .mean).value
    count = params.exemplars ?? 5
    side = params.side ?? 336
    self.limits = limits
  }

  func check(_ store: FeatureIndexStore) throws {
    try style.check(drawing: view ?? store.options.firstView)
  }

  func matter(of latent: Int, in store: FeatureIndexStore) throws -> ExplanationMatter {
    let evidence = try ExplanationEvidence(
      ofLatent: latent, in: store, view: view ?? store.options.firstView, ranking: ranking,
      count: count, style: style, side: side, limits: limits)
    guard !evidence.examples.isEmpty else {
      guard let reason = evidence.missing.first else { return .silent }
      return .impossible("none of its pictures can be shown: \(reason)")
    }
    return .asked(
      .init(
        question: AskedQuestion(
          id: latent, system: question.system, instruction: question.instruction,
          excerpts: evidence.texts, pictures: evidence.pictures, mayBeShortened: true,
          seed: UInt64(latent)), evidence: evidence.items, missing: evidence.missing))
  }

  func read(_ said: AskedReply.Said) -> ExplanationQuestion.Reading { question.read(said.text) }

  func transcript(_ matter: ExplanationMatter.Asked, _ said: AskedReply.Said) -> JSONValue {
    [
      "system": .string(question.system), "instruction": .string(question.instruction),
      "texts": .array(matter.question.excerpts.map { .string($0) }),
      "pictures": .integer(Int64(matter.question.pictures.count)),
      "answer": .string(String(said.text.prefix(16_384))), "tries": .integer(Int64(said.tries)),
      "missing": .array(matter.missing.map { .string($0) }),
    ]
  }
}
