import JSON
import KernelProtocol
import Reports

/// Answers with features changed. The model's own answer is asked for once, and stands with the
/// first change that it is compared with.
struct SessionSteerings {
  private struct Found {
    let entry: SessionEntry
    let key: Key
    let result: SteeringGenerate.Result
  }

  /// What the model's own answer depends on.
  private struct Key: Hashable {
    let context: SessionReading.ContextName
    let manner: String
  }

  private var all: [Found] = []
  private var plain: [Key: SteeringGenerate.Output] = [:]
  private var reconstruction: [Key: SteeringGenerate.Output] = [:]

  var count: Int { all.count }

  mutating func add(_ asked: SessionReading.Asked, _ result: SteeringGenerate.Result) {
    let key = Key(context: asked.context, manner: GenerationManner(asked.entry.params).words)
    for output in result.outputs {
      switch output.name {
      case .plain: plain[key] = output
      case .reconstruction: reconstruction[key] = output
      case .steered: break
      }
    }
    // Nothing changed is what the window asks to have the model's own answers.
    if asked.entry.params["interventions"]?.arrayValue?.isEmpty == false
      || asked.entry.params["recipe"] != nil
    {
      all.append(Found(entry: asked.entry, key: key, result: result))
    }
  }

  func reports(_ labels: SessionLabels, limit: Int) -> [SessionReport.Steering] {
    var told: Set<Key> = []
    return all.suffix(limit).map { found in
      let isFirst = told.insert(found.key).inserted
      let own = plain[found.key]
      func answer(_ output: SteeringGenerate.Output?) -> SessionReport.Reply? {
        output.map { .init($0.tokens, $0.finish, manner: "", besides: own?.tokens) }
      }
      return SessionReport.Steering(
        changes: ChangeWords(found.entry.params, labels).all,
        manner: GenerationManner(found.entry.params).words,
        plain: isFirst ? answer(own) : nil,
        reconstruction: isFirst ? answer(reconstruction[found.key]) : nil,
        steered: answer(found.result.outputs.first { $0.name == .steered }),
        receipt: receipt(found.result))
    }
  }

  private func receipt(_ result: SteeringGenerate.Result) -> [(name: String, value: String)] {
    let (receipt, nats) = (result.receipt, result.effect.klPerToken.values)
    var rows = [
      ("positions changed", NumberText.grouped(receipt.positions)),
      ("mean length of the change", NumberText.significant(receipt.meanNorm)),
      ("forward passes that changed", NumberText.grouped(receipt.steps)),
    ]
    if receipt.dropped > 0 { rows.append(("lost to top-k", NumberText.grouped(receipt.dropped))) }
    if let first = nats.first, let most = nats.max() {
      rows.append(
        (
          "KL divergence from the model’s own answer",
          "\(NumberText.significant(first)) nats at the first token, "
            + "\(NumberText.significant(most)) at most"
        ))
    }
    return rows.map { (name: $0.0, value: $0.1) }
  }
}
