internal import JSON
import KernelProtocol

/// What is measured on each kind of context.
extension BenchmarkRun {
  /// Two tokens whose logits are compared, for each of the questions.
  typealias Pairs = [(answer: Int, baseline: Int)]

  mutating func measure(_ prompt: BenchmarkPrompt, on kernel: ChildKernel) throws {
    expectFigures(prompt)
    var pairs: Pairs?
    for number in 0..<repeats {
      if subjects.contains(.attribution) {
        let opened = try open(prompt, on: kernel)
        let questions = try pairs ?? mostLikelyPairs(opened.result, on: kernel)
        pairs = questions
        let first = try attribute(opened, pairs: questions, prompt: prompt, on: kernel)
        if number == 0 {
          report.contexts.append(
            try results(opened, pairs: questions, first: first, prompt: prompt, on: kernel))
        }
        try close(opened.result, on: kernel)
      }
      if !subjects.isDisjoint(with: [.prefill, .decode, .encode, .busy]) {
        let opened = try open(prompt, on: kernel)
        try encode(opened.result, prompt: prompt, on: kernel)
        try decode(opened.result, prompt: prompt, on: kernel)
        if subjects.contains(.busy) {
          let questions = try pairs ?? mostLikelyPairs(opened.result, on: kernel)
          try cancelAttribution(opened.result, pair: questions[0], prompt: prompt, on: kernel)
        }
        try close(opened.result, on: kernel)
      }
      if subjects.contains(.busy) { try interruptPrefill(prompt, on: kernel) }
    }
  }

  /// The table's order, and rows for what turns out too short to be measured.
  private mutating func expectFigures(_ prompt: BenchmarkPrompt) {
    let rows: [(BenchmarkSubject, [(String, Figure.Unit)])] = [
      (
        .prefill,
        [
          ("context/open", .seconds), ("prefill rate", .tokensPerSecond),
          ("prefill speed", .operationsPerSecond), ("prefill of the ceiling", .share),
        ]
      ),
      (.decode, [("decode", .secondsPerToken), ("decode of the memory ceiling", .share)]),
      (
        .encode,
        [
          ("feature/activations, first", .seconds), ("feature/activations, again", .seconds),
          ("encode and top-k", .seconds),
        ]
      ),
      (
        .attribution,
        [
          ("attribution, first", .seconds), ("open and attribution", .seconds),
          ("attribution, second pair", .seconds), ("attribution, third pair", .seconds),
          ("ablation of one feature", .seconds),
        ]
      ),
      (
        .busy,
        [
          ("kernel/status in a prefill, median", .seconds),
          ("kernel/status in a prefill, longest", .seconds), ("cancel a prefill", .seconds),
          ("cancel an attribution", .seconds),
        ]
      ),
    ]
    for (subject, figures) in rows where subjects.contains(subject) {
      for (name, unit) in figures { report.expect(name, unit, context: prompt.name) }
    }
  }

  /// A context that was opened, and the seconds that took.
  struct Opened {
    let result: ContextOpen.Result
    let seconds: Double
  }

  /// Opens the prompt with a first token that no open context has.
  private mutating func open(
    _ prompt: BenchmarkPrompt, on kernel: ChildKernel
  ) throws -> Opened {
    variant += 1
    let params = prompt.params(variant: variant)
    let ((result, seconds), ceiling) = try besideCeiling {
      try timed { try kernel(ContextOpen.self, params) }
    }
    let context = prompt.name
    if let length = prompt.length, result.tokenCount != length {
      throw ClientError.refused(
        method: ContextOpen.method,
        message: "the text has \(result.tokenCount) tokens, expected \(length)")
    }
    guard subjects.contains(.prefill) else { return Opened(result: result, seconds: seconds) }
    let operations = operations(result)
    report.add(seconds, "context/open", .seconds, context: context)
    report.add(
      Double(result.computed) / seconds, "prefill rate", .tokensPerSecond, context: context)
    report.add(operations / seconds, "prefill speed", .operationsPerSecond, context: context)
    report.add(
      operations / seconds / ceiling, "prefill of the ceiling", .share, context: context)
    return Opened(result: result, seconds: seconds)
  }

  private func operations(_ opened: ContextOpen.Result) -> Double {
    work.prefillOperations(
      tokens: opened.tokenCount,
      pictures: opened.images.map { image in
        PictureWork.Picture(
          width: image.width, height: image.height,
          grids: image.views.map { [$0.rows, $0.columns] })
      })
  }

  private func close(_ opened: ContextOpen.Result, on kernel: ChildKernel) throws {
    _ = try kernel(ContextClose.self, ContextClose.Params(context: opened.context))
  }

  /// The likeliest token against the second, the third and the fourth.
  private func mostLikelyPairs(
    _ opened: ContextOpen.Result, on kernel: ChildKernel
  ) throws -> Pairs {
    let likely = try kernel(
      ContextLogits.self, ContextLogits.Params(context: opened.context, topK: 4)
    ).items.map(\.token)
    guard likely.count == 4 else {
      throw ClientError.refused(
        method: ContextLogits.method, message: "\(likely.count) tokens, expected 4")
    }
    return likely.dropFirst().map { (likely[0], $0) }
  }

  private func question(
    _ opened: ContextOpen.Result, _ pair: (answer: Int, baseline: Int),
    method: AttributionCompute.Method = .gradient,
    parts: AttributionCompute.PartsRequest = .init(method: .some(.none)), verify: Int = 0
  ) -> AttributionCompute.Params {
    AttributionCompute.Params(
      context: opened.context, sae: loaded?.sae.sae ?? "",
      target: .logitDifference(
        answer: .id(pair.answer), baseline: .id(pair.baseline), position: nil),
      method: method, topK: 200, parts: parts, verify: verify)
  }

  /// What a context's first attribution found, and what ablating its first feature did.
  struct Attributed {
    let answer: AttributionCompute.Result
    let ablation: AblationRun.Result?
    let feature: Int
  }

  /// Three pairs, one after the other, and the exact ablation of the first's highest latent.
  private mutating func attribute(
    _ opened: Opened, pairs: Pairs, prompt: BenchmarkPrompt, on kernel: ChildKernel
  ) throws -> Attributed {
    let context = prompt.name
    var first: AttributionCompute.Result?
    for (pair, name) in zip(pairs, ["first", "second pair", "third pair"]) {
      let (answer, seconds) = try timed {
        try kernel(AttributionCompute.self, question(opened.result, pair))
      }
      report.add(seconds, "attribution, \(name)", .seconds, context: context)
      if first == nil {
        report.add(
          opened.seconds + seconds, "open and attribution", .seconds, context: context)
        first = answer
      }
    }
    guard let first, let sae = loaded?.sae.sae else {
      throw ClientError.refused(method: AttributionCompute.method, message: "nothing was asked")
    }
    let feature = first.items.first?.feature?.index ?? 0
    let (ablation, seconds) = try timed {
      try kernel(
        AblationRun.self,
        AblationRun.Params(
          context: opened.result.context, sae: sae,
          interventions: [Intervention(op: .zero, feature: FeatureRef(sae: sae, index: feature))],
          targets: [question(opened.result, pairs[0]).target]))
    }
    report.add(seconds, "ablation of one feature", .seconds, context: context)
    try measure(opened.result, pair: pairs[0], prompt: prompt, on: kernel)
    return Attributed(answer: first, ablation: ablation, feature: feature)
  }

  /// What is measured beside scores, on a context whose first attribution was answered:
  /// the other pullbacks, parts, the Shapley values of four quarters of the prompt, and
  /// a verification of three.
  private mutating func measure(
    _ opened: ContextOpen.Result, pair: (answer: Int, baseline: Int), prompt: BenchmarkPrompt,
    on kernel: ChildKernel
  ) throws {
    let count = opened.tokenCount
    let quarters = (0..<4).map { index in
      AttributionCompute.NamedRegion(
        region: .span(Span(start: count * index / 4, end: count * (index + 1) / 4)))
    }
    let questions: [(String, AttributionCompute.Params)] = [
      ("attribution with norms held", question(opened, pair, method: .heldNorms)),
      ("conserving attribution", question(opened, pair, method: .relevance)),
      ("attribution and parts", question(opened, pair, parts: .init(method: .ablation))),
      (
        "attribution and Shapley values of 4",
        question(opened, pair, parts: .init(method: .shapley, regions: quarters))
      ),
      ("attribution and verification of 3", question(opened, pair, verify: 3)),
    ]
    for (name, params) in questions {
      let (_, seconds) = try timed { try kernel(AttributionCompute.self, params) }
      report.add(seconds, name, .seconds, context: prompt.name)
    }
  }

  /// The whole context's code: the first request computes it, the second finds it. What they have
  /// in common is ranking, the fit and the answer; their difference is the code alone.
  private mutating func encode(
    _ opened: ContextOpen.Result, prompt: BenchmarkPrompt, on kernel: ChildKernel
  ) throws {
    guard subjects.contains(.encode) else { return }
    let params = FeatureActivations.Params(
      context: opened.context, sae: loaded?.sae.sae ?? "", topK: 1)
    let (_, first) = try timed { try kernel(FeatureActivations.self, params) }
    let (_, again) = try timed { try kernel(FeatureActivations.self, params) }
    report.add(first, "feature/activations, first", .seconds, context: prompt.name)
    report.add(again, "feature/activations, again", .seconds, context: prompt.name)
    report.add(first - again, "encode and top-k", .seconds, context: prompt.name)
  }

  /// Greedy, from the difference of a continuation of one token, which needs
  /// no step, and a longer one.
  private mutating func decode(
    _ opened: ContextOpen.Result, prompt: BenchmarkPrompt, on kernel: ChildKernel
  ) throws {
    guard subjects.contains(.decode) else { return }
    func generate(_ count: Int) throws -> (Int, Double) {
      let (answer, seconds) = try timed {
        try kernel(
          ContextGenerate.self,
          ContextGenerate.Params(context: opened.context, maxTokens: count))
      }
      return (answer.tokens.count, seconds)
    }
    let (rates, ceiling) = try besideMemoryCeiling {
      let (short, shortSeconds) = try generate(1)
      let (long, longSeconds) = try generate(1 + decodeTokens)
      return long > short ? (longSeconds - shortSeconds) / Double(long - short) : nil
    }
    report.add(rates, "decode", .secondsPerToken, context: prompt.name)
    guard let seconds = rates, let ceiling else { return }
    let bytes = work.decodeBytes(tokens: opened.tokenCount + decodeTokens / 2)
    report.add(
      bytes / seconds / ceiling, "decode of the memory ceiling", .share, context: prompt.name)
  }

  /// Everything that can be held against another program's results.
  private func results(
    _ opened: Opened, pairs: Pairs, first: Attributed, prompt: BenchmarkPrompt,
    on kernel: ChildKernel
  ) throws -> JSONValue {
    let context = opened.result.context
    let tokens = try kernel(ContextTokens.self, ContextTokens.Params(context: context)).tokens
    let logits = try kernel(
      ContextLogits.self, ContextLogits.Params(context: context, topK: 10)
    ).items
    let ablated = first.ablation?.targets.first
    func integer(_ value: Int) -> JSONValue { .integer(Int64(value)) }
    return [
      "name": .string(prompt.name), "tokenCount": integer(opened.result.tokenCount),
      "isPicture": .bool(!opened.result.images.isEmpty),
      "tokens": .array(tokens.map { integer($0.id) }),
      "pairs": .array(pairs.map { [integer($0.answer), integer($0.baseline)] }),
      "prefillOperations": .number(operations(opened.result)),
      "decodeBytes": .number(work.decodeBytes(tokens: opened.result.tokenCount)),
      "logits": .array(
        logits.map { ["token": integer($0.token), "logit": .number($0.logit)] }),
      "target": .number(first.answer.target.value),
      "attribution": .array(
        first.answer.items.map { item in
          [
            "latent": integer(item.feature?.index ?? -1),
            "position": integer(item.position ?? -1), "score": .number(item.score),
          ]
        }),
      "ablation": [
        "latent": integer(first.feature),
        "before": ablated.map { .number($0.before) } ?? .null,
        "after": ablated.map { .number($0.after) } ?? .null,
      ],
    ]
  }

  /// A question given up two fifths into the work that a first one needs beyond a later one.
  private mutating func cancelAttribution(
    _ opened: ContextOpen.Result, pair: (answer: Int, baseline: Int), prompt: BenchmarkPrompt,
    on kernel: ChildKernel
  ) throws {
    let sent = try kernel.start(AttributionCompute.self, question(opened, pair))
    pause(seconds: 0.4 * (report.least("attribution, second pair", context: prompt.name) ?? 0))
    try cancel(sent, "cancel an attribution", prompt: prompt, on: kernel)
  }

  /// A prefill that is asked twenty times how the kernel is, and then given up.
  private mutating func interruptPrefill(
    _ prompt: BenchmarkPrompt, on kernel: ChildKernel
  ) throws {
    variant += 1
    let expected = report.least("context/open", context: prompt.name) ?? 0
    let sent = try kernel.start(ContextOpen.self, prompt.params(variant: variant))
    pause(seconds: expected / 10)
    var latencies = Figure(context: prompt.name, name: "", unit: .seconds)
    for _ in 0..<20 {
      if try kernel.isAnswered(sent) { break }
      latencies.values.append(try timed { try kernel(KernelStatus.self, Empty()) }.1)
      pause(seconds: expected / 80)
    }
    report.add(
      latencies.median, "kernel/status in a prefill, median", .seconds, context: prompt.name)
    report.add(
      latencies.values.max(), "kernel/status in a prefill, longest", .seconds,
      context: prompt.name)
    if let opened = try cancel(sent, "cancel a prefill", prompt: prompt, on: kernel) {
      try close(opened, on: kernel)
    }
  }

  /// Takes the time from the cancellation to the answer, which may be a result where the
  /// work was nearly done; a request that was answered before gives no figure. Returns the
  /// result, where there is one.
  @discardableResult
  private mutating func cancel<R>(
    _ sent: ChildKernel.Sent<R>, _ name: String, prompt: BenchmarkPrompt, on kernel: ChildKernel
  ) throws -> R.Result? {
    let wasAnswered = try kernel.isAnswered(sent)
    let (outcome, seconds) = try timed {
      try kernel.cancel(sent)
      return try kernel.outcome(of: sent)
    }
    if !wasAnswered { report.add(seconds, name, .seconds, context: prompt.name) }
    switch outcome {
    case .cancelled: return nil
    case .result(let result): return result
    }
  }
}
