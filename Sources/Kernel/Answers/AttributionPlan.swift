import Interpretation
import KernelProtocol
import Models

/// What an attribution measures beside its scores, within a budget of runs of
/// the blocks above the site.
///
/// What was asked for is done, or refused where a budget was given that it does not fit; what was
/// not asked for is done where it is cheap, and said to be missing where it is not.
struct AttributionPlan {
  /// How parts are measured by their features; nil for not at all, or by occlusion.
  let parts: PartQuestion?
  /// What is hidden; nil for nothing.
  let occlusion: [Occlusion.Part]?
  let verify: Int
  let notes: [String]

  /// Multiplications that may be spent without having been asked for: a few seconds of two cores.
  private static let unaskedOperations = 2e12
  private static let mostUnaskedRuns = 64
  /// n of a verification that was not asked for.
  private static let defaultVerify = 8
  /// Below this a verification tells nothing.
  private static let leastVerify = 3

  init(
    _ params: AttributionCompute.Params, open: OpenContext, autoencoders: [LoadedAutoencoder]
  ) throws {
    let decoder = open.context.decoder
    let lowest = autoencoders.map(\.site.write).min() ?? decoder.end
    let cost = decoder.operations(
      tokens: open.context.tokenCount, blocks: decoder.blocks(above: lowest))
    let budget =
      params.budget
      ?? Int(min(Double(Self.mostUnaskedRuns), Self.unaskedOperations / max(cost, 1)))
    var notes: [String] = []
    let asked: PartsAsked
    if autoencoders.count > 1, params.parts == nil {
      asked = .nothing
      notes.append(
        "The parts' shares were not measured: they are those of one autoencoder's features, and "
          + "\(autoencoders.count) are asked about.")
    } else {
      asked = try PartsAsked(params.parts, open: open, region: params.region)
    }
    if autoencoders.count > 1, asked.question != nil || params.aggregate == .part {
      throw InterpretationError.badValue(
        "parts are measured by the features of one autoencoder, and \(autoencoders.count) are "
          + "asked about: ask for parts by occlusion, not with aggregate part, or about one "
          + "autoencoder at a time")
    }
    let partRuns = asked.runLimit
    if params.parts == nil, partRuns > budget {
      (parts, occlusion) = (nil, nil)
      notes.append(
        "The parts' shares were not measured: that takes up to \(partRuns) runs of the blocks "
          + "above the "
          + "autoencoder, the budget is \(budget). Ask for parts to have them.")
    } else {
      if let limit = params.budget, partRuns > limit {
        throw InterpretationError.badValue(
          "budget is \(limit), measuring the parts takes up to \(partRuns) runs")
      }
      (parts, occlusion) = (asked.question, asked.occlusion)
    }
    let measuresParts = parts != nil || occlusion != nil
    let rest = max(0, budget - (measuresParts ? partRuns : 0))
    if params.method == .ablation {
      verify = 0
    } else if let count = params.verify {
      if params.budget != nil, count > rest / 3 {
        throw InterpretationError.badValue(
          "verify is \(count), of the budget of \(budget) runs \(rest) are left for it: it takes "
            + "up to three for "
            + "each of the \(count)")
      }
      verify = count
    } else {
      let affordable = min(Self.defaultVerify, rest / 3)
      verify = affordable < Self.leastVerify ? 0 : affordable
      if verify == 0 {
        notes.append(
          "The scores were not checked by exact ablation: the budget of \(budget) runs is too "
            + "small for it. "
            + "Ask with verify to know whether they can be relied on.")
      }
    }
    self.notes = notes
  }
}

/// The parts that a request asks about.
private struct PartsAsked {
  var question: PartQuestion?
  var occlusion: [Occlusion.Part]?
  let runLimit: Int

  static var nothing: PartsAsked { PartsAsked(runLimit: 0) }

  private init(runLimit: Int) { self.runLimit = runLimit }

  init(_ request: AttributionCompute.PartsRequest?, open: OpenContext, region: Region?) throws {
    let context = open.context
    let method: PartQuestion.Method
    switch request?.method {
    case .some(.none):
      runLimit = 0
      return
    case .occlusion:
      let hidden = try Self.hidden(request?.regions, open: open)
      occlusion = hidden
      runLimit = hidden.count + 1
      return
    case nil, .ablation: method = .ablation
    case .shapley: method = .shapley
    case .sum: method = .sum
    }
    let named = try request?.regions.map { regions in
      try regions.map { region in
        ContextPart(
          name: region.label,
          positions: try context.positions(of: [ContextRegion(region.region)]) ?? [])
      }
    }
    let asked = PartQuestion(method: method, parts: named)
    runLimit = try asked.runLimit(in: context)
    question = asked
  }

  /// The regions, or every part of the prompt: the template's tokens are what makes it a prompt.
  private static func hidden(
    _ regions: [AttributionCompute.NamedRegion]?, open: OpenContext
  ) throws -> [Occlusion.Part] {
    let wanted =
      regions
      ?? zip(open.context.partNames, open.context.prompt.partSpans).filter { !$1.isEmpty }
      .map { .init(name: $0.0, region: .part($0.0)) }
    guard (1...PartQuestion.partLimit).contains(wanted.count) else {
      throw InterpretationError.badValue(
        "parts has \(wanted.count) regions, expected 1 to \(PartQuestion.partLimit)")
    }
    return try wanted.map {
      try open.context.occlusion(named: $0.label, of: ContextRegion($0.region))
    }
  }
}

extension AttributionCompute.NamedRegion {
  /// Its name, or how the region reads.
  var label: String {
    if let name { return name }
    switch region {
    case .part(let part): return part
    case .span(let span): return "positions \(span.start) to \(span.end)"
    case .last(let count): return count == 1 ? "last position" : "last \(count) positions"
    case .image(let index, let view, let box):
      let place = view.map { "\($0) of picture \(index)" } ?? "picture \(index)"
      guard let box else { return place }
      let corners = [box.x0, box.y0, box.x1, box.y1].map { "\(Int($0.rounded()))" }
      return "box [\(corners.joined(separator: ", "))] of \(place)"
    }
  }
}
