import Glibc
import KernelProtocol

/// What a measured context is made of.
enum BenchmarkPrompt {
  /// That many words of three letters, a token each with most tokenizers.
  case words(Int)
  /// A picture and a short question.
  case picture(String)

  /// Parts that no other number shares the beginning of, so that nothing can be taken from an earlier context.
  func parts(number: Int) -> [Part] {
    switch self {
    case .words(let count):
      var state = UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15 &+ 1
      var text = ""
      for _ in 0..<count {
        text += " "
        for _ in 0..<3 {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          text.unicodeScalars.append(Unicode.Scalar(UInt8(97 + (state >> 33) % 26)))
        }
      }
      return [Part(content: .text(text))]
    case .picture(let path):
      return [
        Part(content: .text(String(repeating: "a", count: number % 3) + " \(number)")),
        Part(content: .image(.path(path))), Part(content: .text("what is it")),
      ]
    }
  }
}

/// A loaded kernel and the questions put to it.
struct BenchmarkSubject {
  let kernel: KernelClient
  private var sae = ""

  init(kernel: KernelClient) { self.kernel = kernel }

  mutating func load(
    model: String, autoencoder: String, precision: String?, into ledger: inout BenchmarkLedger
  ) throws {
    let chosen = precision.flatMap(ModelLoad.Precision.init(rawValue:))
    if let precision, chosen == nil { throw CommandError.unknownPrecision(precision) }
    _ = try ledger.time("model/load") {
      try kernel(ModelLoad.self, ModelLoad.Params(path: model, precision: chosen))
    }
    let loadedSAE = try ledger.time("sae/load") {
      try kernel(SAELoad.self, SAELoad.Params(path: autoencoder))
    }
    sae = loadedSAE.sae
  }

  /// Opens a prompt afresh and asks everything about it once.
  func measure(
    _ prompt: BenchmarkPrompt, number: Int, into ledger: inout BenchmarkLedger
  ) throws {
    let open = ContextOpen.Params(
      parts: prompt.parts(number: number), chat: .init(template: ContextOpen.Template.none))
    let clock = ContinuousClock()
    let begun = clock.now
    let opened = try kernel(ContextOpen.self, open)
    let (context, tokens) = (opened.context, opened.tokenCount)
    ledger.add("prefill", tokens: tokens, seconds: (clock.now - begun) / .seconds(1))
    if number == 0 { ledger.prompts.append(try tokenIDs(of: context)) }
    _ = try ledger.time("encode", tokens: tokens) {
      try kernel(
        FeatureActivations.self, FeatureActivations.Params(context: context, sae: sae, topK: 1))
    }
    let first = try ledger.time("attribution", tokens: tokens) {
      try kernel(AttributionCompute.self, attribution(context, answer: 300, baseline: 400))
    }
    let names = ["second pair", "third pair"]
    for (name, answer) in zip(names, [500, 600]) {
      _ = try ledger.time(name, tokens: tokens) {
        try kernel(AttributionCompute.self, attribution(context, answer: answer, baseline: 400))
      }
    }
    if number == 0 { ledger.attributions.append(first.items) }
    if let feature = first.items.first?.feature {
      for name in ["ablation", "second ablation"] {
        _ = try ledger.time(name, tokens: tokens) {
          try kernel(
            AblationRun.self,
            AblationRun.Params(
              context: context, sae: sae, interventions: [.init(op: .zero, feature: feature)],
              targets: [target(answer: 300, baseline: 400)]))
        }
      }
    }
    try decode(context, tokens: tokens, into: &ledger)
    _ = try kernel(ContextClose.self, ContextClose.Params(context: context))
  }

  /// Seconds a token, from the difference of a long and a short continuation.
  private func decode(
    _ context: String, tokens: Int, into ledger: inout BenchmarkLedger
  ) throws {
    let clock = ContinuousClock()
    var times: [Double] = []
    var counts: [Int] = []
    for count in [2, 14] {
      let begun = clock.now
      let made = try kernel(
        ContextGenerate.self, ContextGenerate.Params(context: context, maxTokens: count))
      times.append((clock.now - begun) / .seconds(1))
      counts.append(made.tokens.count)
    }
    guard counts[1] > counts[0] else { return }
    ledger.add(
      "decode", tokens: tokens, seconds: (times[1] - times[0]) / Double(counts[1] - counts[0]))
  }

  /// How long others wait while a prefill runs, and how long its end takes once it is asked for.
  func interrupt(_ prompt: BenchmarkPrompt, into ledger: inout BenchmarkLedger) throws {
    let clock = ContinuousClock()
    let open = ContextOpen.Params(
      parts: prompt.parts(number: 1_000), chat: .init(template: ContextOpen.Template.none))
    for number in 0..<5 {
      let id = try kernel.start(ContextOpen.self, open)
      usleep(300_000 + UInt32(number) * 170_000)
      for _ in 0..<4 {
        _ = try ledger.time("status while busy") { try kernel(KernelStatus.self, Empty()) }
      }
      let begun = clock.now
      try kernel.cancel(id: id)
      do {
        let opened = try kernel.finish(ContextOpen.self, id: id)
        _ = try kernel(ContextClose.self, ContextClose.Params(context: opened.context))
      } catch CommandError.refused {
        ledger.add("cancel to reply", seconds: (clock.now - begun) / .seconds(1))
      }
    }
  }

  private func tokenIDs(of context: String) throws -> [Int] {
    try kernel(ContextTokens.self, ContextTokens.Params(context: context)).tokens.map(\.id)
  }

  private func target(answer: Int, baseline: Int) -> Target {
    .logitDifference(answer: .id(answer), baseline: .id(baseline), position: nil)
  }

  private func attribution(
    _ context: String, answer: Int, baseline: Int
  ) -> AttributionCompute.Params {
    AttributionCompute.Params(
      context: context, sae: sae, target: target(answer: answer, baseline: baseline),
      method: .gradient, topK: 20)
  }
}
