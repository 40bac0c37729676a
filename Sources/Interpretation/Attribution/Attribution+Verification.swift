import Models
import Randomness
import Tensors

extension Attribution {
  /// Measures the strongest items, those that a second method finds strongest,
  /// and others drawn at random.
  ///
  /// What a method ranks highest is where it is most likely to be right: agreement there alone
  /// would say nothing of what it has missed. The second method is the gradient with norms held, or
  /// the gradient where that was asked for: one pullback more of the same run.
  func verification(
    of ranked: [AttributionResult.Item], input: SiteInput
  ) throws -> Verification? {
    let count = question.verify
    guard count > 0, question.method != .ablation, !ranked.isEmpty else { return nil }
    var chosen: [(item: AttributionResult.Item, origin: Verification.Origin)] =
      ranked.prefix(count).map { ($0, .strongest) }
    var known = Set(chosen.map(\.item.place))
    let scores = Dictionary(uniqueKeysWithValues: ranked.map { ($0.place, $0) })
    for item in try secondOpinion(input).prefix(count) {
      if let own = scores[item.place], known.insert(item.place).inserted {
        chosen.append((own, .secondMethod))
      }
    }
    var random = SplitMix64(seed: question.seed)
    var rest = ranked.filter { !known.contains($0.place) }
      .sorted {
        ($0.autoencoder, $0.latent ?? 0, $0.position ?? 0)
          < ($1.autoencoder, $1.latent ?? 0, $1.position ?? 0)
      }
    for _ in 0..<min(count, rest.count) {
      let index = Int(random.next() % UInt64(rest.count))
      rest.swapAt(index, rest.count - 1)
      chosen.append((rest.removeLast(), .random))
    }
    let falls = try falls(ablating: chosen.map(\.item))
    let items = zip(chosen, falls).map { pair, fall in
      Verification.Item(
        autoencoder: pair.item.autoencoder, latent: pair.item.latent,
        position: pair.item.position, predicted: pair.item.score, measured: fall,
        origin: pair.origin)
    }
    return Verification(
      items: items,
      agreement: Agreement(
        predicted: items.map { Double($0.predicted) }, measured: items.map { Double($0.measured) }))
  }

  private func secondOpinion(_ input: SiteInput) throws -> [AttributionResult.Item] {
    let rule: PullbackRule = question.method == .heldNorms ? .derivative : .heldNorms
    let found = try pulledBack(to: input, rule: rule, keepsRun: true)
    return ranked(items(try scores(found)))
  }
}
