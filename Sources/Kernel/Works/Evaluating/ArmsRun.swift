import Benchmarks
import Interpretation
import Jobs
import Models
import Tensors

/// Questions on their way through arms, into a file of answers: a step opens one question's context
/// or generates one token of one arm's answer. A question's answers are kept once all arms have
/// answered it.
final class ArmsRun {
  private let arms: [EvaluatedArm]
  private let autoencoder: LoadedAutoencoder?
  private let contexts: QuestionContexts
  let journal: AnswerJournal
  /// Those that were not answered before.
  private let queue: [QuestionItem]
  private var place = 0
  private var asking: Asking?
  /// Questions that were answered now.
  private(set) var answered = 0

  /// A question on its way through the arms.
  private struct Asking {
    let item: QuestionItem
    let open: OpenContext
    var texts: [String: String] = [:]
    var arm = 0
    var generation: SteppedGeneration?
  }

  /// - Parameter items: each picture's together, so that it runs once.
  init(
    _ arms: [EvaluatedArm], items: [QuestionItem], autoencoder: LoadedAutoencoder?,
    contexts: QuestionContexts, journal: AnswerJournal
  ) {
    self.arms = arms
    self.autoencoder = autoencoder
    self.contexts = contexts
    self.journal = journal
    queue = items.filter { item in
      if case .answered? = journal.sheet[id: item.id]?.outcome { false } else { true }
    }
    known = items.count - queue.count
    total = items.count
  }

  /// Questions that had been answered before.
  let known: Int
  let total: Int
  var armCount: Int { arms.count }
  /// Questions that are through, those known before among them.
  var done: Int { known + place }
  var isDone: Bool { place == queue.count }

  func step(_ engine: Engine, _ tools: JobTools) throws {
    if let asking {
      try answer(asking, tools)
      return
    }
    guard !isDone else { return }
    let item = queue[place]
    do {
      asking = Asking(
        item: item, open: try contexts.open(item, engine: engine, cancellation: tools.cancellation))
    } catch {
      guard let reason = QuestionContexts.reason(notToAsk: error) else { throw error }
      tools.log("not asked: \(item.id): \(reason.prefix(500))")
      try journal.add(.init(item, .missing(reason)))
      place += 1
    }
  }

  /// A token of an arm's answer.
  private func answer(_ current: Asking, _ tools: JobTools) throws {
    var asked = current
    // What is generated from grows in place.
    asking?.generation = nil
    let arm = arms[asked.arm]
    var generation =
      try asked.generation
      ?? SteppedGeneration(
        asked.open.context, options: contexts.options,
        steering: arm.steering(of: asked.open, by: autoencoder), cancellation: tools.cancellation)
    asked.generation = nil
    // What changes nothing is answered as the plain model answers.
    if generation.isPlain, let plain = asked.texts[Arm.plain.name] {
      asked.texts[arm.arm.name] = plain
    } else {
      guard let answer = try generation.step(cancellation: tools.cancellation) else {
        asked.generation = generation
        asking = asked
        return
      }
      asked.texts[arm.arm.name] = answer.text
    }
    asked.arm += 1
    asking = asked
    guard asked.arm == arms.count else { return }
    try journal.add(.init(asked.item, .answered(asked.texts)))
    answered += 1
    asking = nil
    place += 1
  }
}
