import FeatureIndex
import FoundationEssentials
import Images
import JSON

extension NeuronpediaExport {
  private func record(_ members: [(String, JSONValue)]) -> JSONObject {
    JSONObject(members.map { JSONObject.Member(name: $0.0, value: $0.1) })
  }

  private func place(_ latent: Int) -> [(String, JSONValue)] {
    [
      ("modelId", .string(modelID)), ("layer", .string(source)), ("index", .string("\(latent)")),
    ]
  }

  /// The records about all features, by the names of their files.
  func headRecords() -> [(name: String, record: JSONObject)] {
    let creator = ("creatorId", JSONValue.string(options.creator))
    let (identity, set) = (store.identity, JSONValue.string(options.sourceSet))
    return [
      (
        "model",
        record([
          ("id", .string(modelID)), ("displayName", .string(modelID)),
          ("displayNameShort", .string(modelID)), ("instruct", .bool(false)), creator,
          ("layers", .integer(0)), ("neuronsPerLayer", .integer(0)), ("owner", .string("")),
          ("visibility", .string("PUBLIC")), ("inferenceEnabled", .bool(false)),
          ("digest", .string(identity.model)),
        ])
      ),
      (
        "release",
        record([
          ("name", set), ("description", set), ("descriptionShort", set), ("creatorName", set),
          ("creatorNameShort", set), creator, ("urls", .array([])),
          ("visibility", .string("PUBLIC")),
        ])
      ),
      (
        "sourceset",
        record([
          ("modelId", .string(modelID)), ("name", set), ("releaseName", set), creator,
          ("creatorName", set), ("description", .string(identity.activation)),
          ("type", .string("")), ("urls", .array([])), ("hasDashboards", .bool(true)),
          ("visibility", .string("PUBLIC")),
        ])
      ),
      (
        "source",
        record([
          ("id", .string(source)), ("modelId", .string(modelID)), ("setName", set), creator,
          ("hasDashboards", .bool(true)), ("inferenceEnabled", .bool(false)),
          ("visibility", .string("PUBLIC")), ("hookName", .string(identity.site)),
          ("digest", .string(identity.autoencoder)),
        ])
      ),
    ]
  }

  // MARK: Features

  func feature(
    _ latent: Int, _ statistics: [IndexView: LatentStatistics], derived: DerivedFacts?,
    facts: IndexFacts
  ) throws -> JSONValue {
    let all = statistics.values.reduce(into: LatentStatistics()) { $0.add($1) }
    let positions = facts.positions.values.reduce(0, +)
    let (bars, heights) = all.bars
    let members: [(String, JSONValue)] = [
      ("creatorId", .string(options.creator)), ("sourceSetName", .string(options.sourceSet)),
      ("hookName", .string(store.identity.site)), ("maxActApprox", .number(Double(all.max))),
      ("frac_nonzero", .number(share(all.positions, of: positions))),
      ("freq_hist_data_bar_values", .array(bars)), ("freq_hist_data_bar_heights", .array(heights)),
      ("pos_str", .array((derived?.promoted ?? []).map { .string($0.text) })),
      ("pos_values", .array((derived?.promoted ?? []).map { .number($0.effect) })),
      ("neg_str", .array((derived?.suppressed ?? []).map { .string($0.text) })),
      ("neg_values", .array((derived?.suppressed ?? []).map { .number($0.effect) })),
      ("topkCosSimIndices", .array((derived?.neighbours ?? []).map { .integer(Int64($0.latent)) })),
      ("topkCosSimValues", .array((derived?.neighbours ?? []).map { .number($0.cosine) })),
      ("hasVector", .bool(false)), ("vector", .array([])), ("vectorLabel", .null),
      ("vectorDefaultSteerStrength", .number(Double(all.max))),
      ("views", views(statistics, facts: facts)),
    ]
    // Columns of Neuronpedia that an index has nothing for.
    let empty = [
      "logits_hist_data_bar_heights", "logits_hist_data_bar_values", "neuron_alignment_indices",
      "neuron_alignment_values", "neuron_alignment_l1", "correlated_neurons_indices",
      "correlated_neurons_pearson", "correlated_neurons_l1", "correlated_features_indices",
      "correlated_features_pearson", "correlated_features_l1", "decoder_weights_dist",
    ].map { ($0, JSONValue.array([])) }
    return .object(record(place(latent) + members + empty))
  }

  private func share(_ count: Int, of total: Int) -> Double {
    total > 0 ? Double(count) / Double(total) : 0
  }

  private func views(
    _ statistics: [IndexView: LatentStatistics], facts: IndexFacts
  ) -> JSONValue {
    var views = JSONObject()
    for view in store.options.knownViews {
      guard let found = statistics[view] else { continue }
      var members: [(String, JSONValue)] = [
        ("density", .number(share(found.positions, of: facts.positions[view] ?? 0))),
        ("positions", .integer(Int64(found.positions))), ("items", .integer(Int64(found.items))),
        ("max", .number(Double(found.max))),
      ]
      if let mean = found.mean { members.append(("mean", .number(mean))) }
      let quantiles: [JSONValue] = [0.5, 0.9, 0.99].compactMap { share in
        found.quantile(share).map { .array([.number(share), .number($0)]) }
      }
      members.append(("quantiles", .array(quantiles)))
      views[view.name] = .object(record(members))
    }
    return .object(views)
  }

  // MARK: Exemplars

  /// An exemplar: of a text every token of its span, of a picture the patches
  /// where the latent is active.
  func activation(_ shown: ShownExemplar) -> JSONValue {
    let (exemplar, item) = (shown.exemplar, shown.item)
    let (tokens, values) = exemplar.view == .text ? text(shown) : patches(shown)
    let most = values.indices.max { values[$0] < values[$1] } ?? 0
    let number = item.digest.hexadecimal
    let key = store.identity.autoencoder.prefix(8)
    let members: [(String, JSONValue)] = [
      (
        "id",
        .string(
          "\(key)-\(exemplar.latent)-\(exemplar.view.name)-\(number.prefix(16))-\(exemplar.span)")
      ),
      ("creatorId", .string(options.creator)), ("tokens", .array(tokens.map { .string($0) })),
      ("values", .array(values.map { .number(Double($0)) })),
      ("maxValue", .number(Double(values.max() ?? 0))),
      ("maxValueTokenIndex", .integer(Int64(most))),
      ("minValue", .number(Double(values.min() ?? 0))),
      ("dataSource", item.source.map { .string($0) } ?? .null), ("dataIndex", .string(item.name)),
      ("dfaValues", .array([])), ("dfaTargetIndex", .null), ("dfaMaxValue", .null),
      ("lossValues", .array([])), ("logitContributions", .null), ("binMin", .null),
      ("binMax", .null), ("binContains", .null), ("qualifyingTokenIndex", .null),
      ("view", .string(exemplar.view.name)), ("span", .integer(Int64(exemplar.span))),
      ("digest", .string(number)), ("imageRef", exemplar.view == .text ? .null : picture(item)),
      ("rect", exemplar.view == .text ? .null : boxes(shown)),
    ]
    return .object(record(place(exemplar.latent) + members))
  }

  private func text(_ shown: ShownExemplar) -> (tokens: [String], values: [Float]) {
    let (exemplar, item) = (shown.exemplar, shown.item)
    let count = store.options.positions(of: item, view: .text, span: exemplar.span)
    let first = count == 0 ? 0 : exemplar.span * store.options.spanTokens
    var values = [Float](repeating: 0, count: count)
    for (position, value) in zip(shown.map.positions, shown.map.values) {
      values[Int(position)] = value
    }
    return (Array(item.tokens[first..<first + count]), values)
  }

  private func patches(_ shown: ShownExemplar) -> (tokens: [String], values: [Float]) {
    let columns = max(1, grid(shown).columns)
    let tokens = shown.map.positions.map { position in
      let place = Int(position).quotientAndRemainder(dividingBy: columns)
      return "<\(shown.exemplar.view.name) \(place.quotient),\(place.remainder)>"
    }
    return (tokens, shown.map.values)
  }

  private func grid(_ shown: ShownExemplar) -> GridSize {
    shown.item.layout.grid(of: shown.exemplar.view)
  }

  private func picture(_ item: IndexItem) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("name", .string(item.name)), ("width", .integer(Int64(item.width))),
      ("height", .integer(Int64(item.height))),
    ]
    switch item.picture {
    case .file(let path): members.append(("path", .string(path)))
    case .slice(let path, let offset, let length):
      members += [
        ("path", .string(path)), ("offset", .integer(Int64(offset))),
        ("length", .integer(Int64(length))),
      ]
    case .stored: members.append(("stored", .bool(true)))
    case nil: break
    }
    // An item's digest is its picture's where there is no text beside it.
    if item.text == nil { members.append(("digest", .string(item.digest.hexadecimal))) }
    return .object(record(members))
  }

  private func boxes(_ shown: ShownExemplar) -> JSONValue {
    let boxes = shown.item.boxes(in: shown.exemplar.view, store.identity.geometry)
    return .array(
      shown.map.positions.map { position in
        guard boxes.indices.contains(Int(position)), let box = boxes[Int(position)] else {
          return .null
        }
        return .array([box.left, box.top, box.right, box.bottom].map { .number($0) })
      })
  }

  // MARK: Explanations

  func explanation(_ explanation: ExplanationRecord) -> JSONValue {
    let author = explanation.author
    let id =
      "\(store.identity.autoencoder.prefix(8))-\(explanation.latent)-\(explanation.revision)"
    let members: [(String, JSONValue)] = [
      ("id", .string(id)), ("description", .string(explanation.text)),
      ("authorId", .string(options.creator)), ("triggeredById", .null),
      ("typeName", .string(explanation.method)),
      ("explanationModelName", author.kind == .model ? .string(author.name) : .null),
      ("notes", .null), ("createdAt", Self.time(explanation.created)),
      (
        "author",
        .object(
          record([("kind", .string(author.kind.rawValue)), ("name", .string(author.name))]))
      ),
      ("revision", .integer(Int64(explanation.revision))),
      ("evidence", .array(explanation.evidence.map { .string($0) })),
      ("scores", .array(explanation.scores.map { score($0, of: id) })),
    ]
    return .object(record(place(explanation.latent) + members))
  }

  private func score(_ score: ScoreRecord, of id: String) -> JSONValue {
    .object(
      record([
        ("explanationId", .string(id)), ("value", .number(score.value)),
        ("explanationScoreTypeName", .string(score.kind)), ("explanationScoreModelName", .null),
        ("baseline", score.baseline.flatMap { $0.isFinite ? .number($0) : nil } ?? .null),
        ("count", .integer(Int64(score.count))),
        ("jsonDetails", .string(score.details ?? "")), ("createdAt", Self.time(score.created)),
      ]))
  }

  /// ISO 8601; null for what is no time of ours.
  private static func time(_ seconds: Double) -> JSONValue {
    guard (0...4_102_444_800).contains(seconds) else { return .null }
    return .string(Date(timeIntervalSince1970: seconds).formatted(.iso8601))
  }
}

extension LatentStatistics {
  /// The histogram from the first bin with a count to the last: the middle of each bin, 8
  /// to an octave, and counts.
  fileprivate var bars: (values: [JSONValue], heights: [JSONValue]) {
    guard let first = histogram.firstIndex(where: { $0 > 0 }),
      let last = histogram.lastIndex(where: { $0 > 0 })
    else { return ([], []) }
    return (
      (first...last).map { bin in
        let bounds = Self.bounds(ofBin: bin)
        return .number(Double(bounds.lowerBound + bounds.upperBound) / 2)
      },
      (first...last).map { .integer(Int64(histogram[$0])) }
    )
  }
}
