import Explanations
import FeatureIndex
import FoundationEssentials
import Interpretation
import JSON
import JSONRPC
package import Jobs
package import KernelProtocol

extension ExplanationDissect: JobRequest {
  package static func work(
    _ params: Params, _ settings: JobSettings
  ) throws -> any JobWork<Engine> {
    if let index = params.index { try settings.installed.refuse(writingTo: index) }
    return try DissectJob(params)
  }
}

/// `explanation/dissect` as a job.
final class DissectJob: JobWork {
  static let method = "dissection"
  static let author = ExplanationAuthor(kind: .program, name: "network dissection")

  private let params: ExplanationDissect.Params
  private let run: ConceptRun
  private let path: String?
  private var phase = Phase.identifying
  /// When another job that holds the index is waited for no longer.
  private var deadline: ContinuousClock.Instant?

  private enum Phase {
    /// The engine says what the index must have been built for.
    case identifying
    case opening(IndexIdentity)
    /// Pictures run on the engine.
    case running
    case dissecting(ConceptMaps)
    case writing([ExplanationRecord], ExplanationDissect.Dissected, path: String)
  }

  init(_ params: ExplanationDissect.Params) throws {
    self.params = params
    path = try params.index.map { try FilePath($0).path }
    run = try ConceptRun(
      concepts: params.concepts, sae: params.sae, view: params.view, prompt: params.prompt)
  }

  var progress: Job.Progress? { run.progress }

  func next(_ tools: JobTools) -> JobStep<Engine> {
    switch phase {
    case .identifying:
      .engine { [self] engine in
        phase = path == nil ? .running : .opening(try engine.identity(ofAutoencoder: params.sae))
        return .more
      }
    case .opening(let identity):
      .ownThread { [self] in
        if let path { _ = try IndexAccess.reading(path, builtFor: identity, tools) }
        phase = .running
        return .more
      }
    case .running:
      .engine { [self] engine in
        let maps = try run.step(engine: engine, cancellation: tools.cancellation)
        if let maps { phase = .dissecting(maps) }
        return .more
      }
    case .dissecting(let maps):
      .ownThread { [self] in
        let (named, result) = try dissect(maps, tools)
        guard let path else { return .done(try JSONValue(encoding: result)) }
        phase = .writing(try records(named, of: maps, at: path), result, path: path)
        return .more
      }
    case .writing(let records, let result, let path):
      .ownThread { [self] in
        let refusal = try IndexAccess.writeForJob(to: path, deadline: &deadline) {
          try $0.put(records)
        }
        return try refusal ?? .done(JSONValue(encoding: result))
      }
    }
  }

  private func dissect(
    _ maps: ConceptMaps, _ tools: JobTools
  ) throws -> (named: [Dissection.Match], result: ExplanationDissect.Dissected) {
    let found = try Dissection(
      maps, by: params.threshold?.by == .peak ? .peak : .quantile,
      thresholds: params.threshold?.at ?? [0, 0.5, 0.8], cancellation: tools.cancellation)
    let named = found.latents.filter(meetsMinimum)
    return (named, result(found, named: named, maps))
  }

  private func meetsMinimum(_ match: Dissection.Match) -> Bool {
    match.iou >= params.minimumIoU ?? 0.04
      && match.iou >= (params.minimumRatio ?? 5) * match.baseline && match.iou > 0
  }

  private func result(
    _ found: Dissection, named: [Dissection.Match], _ maps: ConceptMaps
  ) -> ExplanationDissect.Dissected {
    ExplanationDissect.Dissected(
      pictures: maps.set.pictures.count, activeLatents: found.activeLatents,
      namedLatents: named.count,
      unnamedShare: found.activeLatents == 0
        ? 1 : 1 - Double(named.count) / Double(found.activeLatents),
      measuredConcepts: maps.set.concepts.count { $0.places.count >= 2 },
      foundConcepts: found.concepts.count(where: meetsMinimum),
      concepts: found.concepts.map {
        .init(
          concept: maps.set.concepts[$0.concept].label, latent: $0.latent,
          threshold: $0.threshold, iou: $0.iou, baseline: $0.baseline)
      })
  }

  /// What an earlier run wrote of the same set in the same way is not written again.
  private func records(
    _ matches: [Dissection.Match], of maps: ConceptMaps, at path: String
  ) throws -> [ExplanationRecord] {
    let created = Date.now.timeIntervalSince1970
    let evidence = ["concepts:\(run.digest)"]
    let known = try FeatureIndexStore.open(at: path)
    var records: [ExplanationRecord] = []
    for match in matches {
      let concept = maps.set.concepts[match.concept]
      let (text, attribute) = (concept.label, concept.attribute)
      let score = ScoreRecord(
        kind: "dissection", value: match.iou, baseline: match.baseline, count: match.pictures,
        details: try details(match), created: created)
      let isKnown = try known.explanations(ofLatent: match.latent).contains {
        $0.method == Self.method && $0.text == text && $0.evidence == evidence
          && $0.scores.first?.details == score.details
      }
      if isKnown { continue }
      var record = ExplanationRecord(
        latent: match.latent, state: .explained, text: text, author: Self.author,
        method: Self.method, evidence: evidence, concept: attribute.isEmpty ? nil : attribute,
        created: created)
      record.scores = [score]
      records.append(record)
    }
    return records
  }

  private func details(_ match: Dissection.Match) throws -> String {
    let value: JSONValue = [
      "by": .string((params.threshold?.by ?? .quantile).rawValue),
      "threshold": .number(match.threshold), "chosenIoU": .number(match.chosenIoU),
      "baseline": "the mean of all active latents", "heldOut": true,
    ]
    return String(decoding: try value.bytes(), as: UTF8.self)
  }
}
