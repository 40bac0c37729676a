import Autoencoders
import Benchmarks
import FeatureIndex
import FoundationEssentials
import Interpretation
import JSON
import JSONRPC
package import Jobs
package import KernelProtocol
import Models
import SystemReasons
import Tensors

extension SteeringSearch: JobRequest {
  package static func work(
    _ params: Params, _ settings: JobSettings
  ) throws -> any JobWork<Engine> {
    try SteeringSearchJob(params)
  }
}

/// `steering/search` as a job: the plain model answers, the choosing half is surveyed, changes are
/// tried in rounds, first on wrong answers, then the helpful ones on right answers; what is on the
/// front answers the other half, with controls.
///
/// Each round's answers are a file in the folder beside the recipe. A run that continues another
/// one finds them there, and makes the same rounds of them.
final class SteeringSearchJob: EngineJob {
  private enum Phase {
    case beginning
    case plain(ArmsRun)
    case surveying(SearchSurvey)
    /// Changes on the choosing half's wrong answers.
    case helping([SearchedChange], ArmsRun)
    /// Those that help, on its right answers.
    case harming([SearchedChange], ArmsRun)
    case counting(ActivityCount)
    case holdingOut(ArmsRun)
  }

  /// Changes of the front that are reported on.
  private static let reported = 8

  private let params: SteeringSearch.Params
  private let path: String
  private let folder: String
  private let questions: StatedQuestions
  private let rendering: QuestionRendering
  private let items: [QuestionItem]
  private let controls: EvaluationControls
  private let named: [Int]
  private var phase = Phase.beginning
  private var subject: EvaluationSubject?
  private var halves: SearchHalves?
  /// Answers in neither half.
  private var leftOut = 0
  private var ledger: SearchLedger?
  private var survey: SearchSurvey?
  private var features = 1
  private var round = 0
  private let start = ContinuousClock.now

  /// - Throws: `QuestionSetError`, `FeatureIndexError`, `KernelError` for paths that cannot be.
  init(_ params: SteeringSearch.Params) throws {
    self.params = params
    path = try NewFilePath(params.recipe).path
    folder = path + ".search"
    rendering = try QuestionRendering(
      params.dataset, instruction: params.instruction, template: params.template,
      maxTokens: params.maxTokens)
    questions = try StatedQuestions(params.dataset)
    guard !questions.paths.contains(path) else {
      throw KernelError.unsupported("the recipe cannot replace the file of the questions: \(path)")
    }
    if FileManager.default.fileExists(atPath: path) {
      // Another recipe may be replaced, nothing else.
      do { _ = try Recipe(at: path) } catch {
        throw KernelError.unsupported("\(error): the recipe needs another file or a new name")
      }
    }
    items = try questions.set.items(ofKinds: nil, limit: params.limit)
    if let open = items.first(where: { $0.answer.isEmpty }) {
      throw KernelError.unsupported(
        "the question \"\(open.id.prefix(200))\" has no answer: a search needs right ones")
    }
    if let share = params.operations?.quantiles?.first(where: { !(0...1).contains($0) }) {
      throw KernelError.unsupported("a quantile is \(share), expected 0 to 1")
    }
    controls = EvaluationControls(
      params.controls ?? .init(features: 5, directions: 5, seed: params.seed))
    named = try params.namedFeatures()
  }

  // MARK: Steps

  func step(_ engine: Engine, _ tools: JobTools) throws -> StepOutcome {
    do { return try advance(engine, tools) } catch let error as AnswerSheetError {
      guard error.kind == .diskFull else { throw error }
      return .pause("\(error)")
    }
  }

  private func advance(_ engine: Engine, _ tools: JobTools) throws -> StepOutcome {
    switch phase {
    case .beginning: return try begin(engine)
    case .plain(let run):
      try run.step(engine, tools)
      if run.isDone { try split(run, engine) }
    case .surveying(var survey):
      phase = .beginning
      try survey.step(engine, tools.cancellation)
      phase = .surveying(survey)
      if survey.isDone {
        self.survey = survey
        tools.log("candidates: \(candidates(survey).map { "\($0)" }.joined(separator: ", "))")
        try beginRound(singles(survey), engine)
      }
    case .helping(let changes, let run):
      try run.step(engine, tools)
      if run.isDone { try screen(changes, run, engine, tools) }
    case .harming(let changes, let run):
      try run.step(engine, tools)
      if run.isDone {
        ledger?.record(harming: run.journal.sheet, changes)
        try nextRound(engine, tools)
      }
    case .counting(var counting):
      phase = .beginning
      let isDone = try counting.step(engine, tools.cancellation)
      phase = .counting(counting)
      if isDone { try holdOut(counting, engine) }
    case .holdingOut(let run):
      try run.step(engine, tools)
      if run.isDone { return try end(run, engine) }
    }
    return .more
  }

  private func begin(_ engine: Engine) throws -> StepOutcome {
    let resident = try engine.autoencoder(named: params.sae)
    for latent in named { try resident.autoencoder.check(latent: latent) }
    let subject = EvaluationSubject(
      model: try engine.model(named: resident.modelName), resident: resident)
    self.subject = subject
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw DomainError(.ioError, "\(folder) cannot be made: \(systemReason(of: error))")
    }
    (round, features) = (0, 1)
    do { phase = .plain(try run([], items, called: "plain", engine)) } catch let error
      as AnswerSheetError
    {
      guard error.kind == .busy else { throw error }
      return .waiting
    }
    return .more
  }

  /// A round's answers, in a file of its own.
  private func run(
    _ arms: [EvaluatedArm], _ items: [QuestionItem], called name: String, _ engine: Engine
  ) throws -> ArmsRun {
    guard let subject else { throw CancellationError() }
    let all = [.plain] + arms
    let header = try subject.header(
      all, of: questions.set.format, items: items, digest: questions.digest,
      rendering: rendering, engine: engine)
    let journal = try AnswerJournal(path: "\(folder)/\(round)-\(name).jsonl", header: header)
    round += 1
    return ArmsRun(
      all, items: items, autoencoder: subject.autoencoder,
      contexts: QuestionContexts(subject.model, rendering), journal: journal)
  }

  // MARK: Choosing

  private func split(_ run: ArmsRun, _ engine: Engine) throws {
    let plain = run.journal.sheet.answers(of: .plain)
    let halves = SearchHalves(
      plain, failing: params.failing, keeping: params.keeping, seed: params.seed ?? 0)
    guard !halves.failing.choosing.isEmpty, !halves.failing.heldOut.isEmpty else {
      let count = halves.failing.choosing.count + halves.failing.heldOut.count
      throw KernelError.unsupported(
        "the plain model gives \(count) wrong \(count == 1 ? "answer" : "answers") of the kinds "
          + "that are to be put right, expected some about two pictures or more: one half is "
          + "chosen by, the other reported on")
    }
    self.halves = halves
    leftOut = plain.count - halves.count
    ledger = SearchLedger(
      failing: halves.failing.choosing.count, keeping: halves.keeping.choosing.count,
      maxHarm: params.maxHarm ?? 0.01)
    guard let subject, let autoencoder = subject.autoencoder else { return }
    phase = .surveying(
      SearchSurvey(
        failing: halves.failing.choosing, keeping: halves.keeping.choosing,
        attributes: (params.candidates?.attribution ?? 12) > 0, autoencoder: autoencoder,
        contexts: QuestionContexts(subject.model, rendering)))
  }

  private func candidates(_ survey: SearchSurvey) -> [Int] {
    var seen: Set<Int> = []
    let found =
      named + survey.attributed(params.candidates?.attribution ?? 12)
      + survey.contrasted(params.candidates?.contrast ?? 12)
    return found.filter { seen.insert($0).inserted }
  }

  private func singles(_ survey: SearchSurvey) -> [SearchedChange] {
    params.singleChanges(of: candidates(survey)) { survey.quantile($0, of: $1) }
  }

  private func beginRound(_ changes: [SearchedChange], _ engine: Engine) throws {
    guard !changes.isEmpty, let halves, let subject, let autoencoder = subject.autoencoder else {
      throw KernelError.unsupported("there is no feature to change: no candidate was found")
    }
    let tried = Array(changes.prefix(params.arms ?? 512))
    phase = .helping(
      tried,
      try run(
        tried.map { $0.arm(autoencoder.name) }, halves.failing.choosing,
        called: "\(features)-helping", engine))
  }

  private func screen(
    _ changes: [SearchedChange], _ run: ArmsRun, _ engine: Engine, _ tools: JobTools
  ) throws {
    ledger?.record(helping: run.journal.sheet, changes)
    guard let worth = ledger?.worthTrying(changes), !worth.isEmpty, let halves,
      let autoencoder = subject?.autoencoder
    else { return try nextRound(engine, tools) }
    phase = .harming(
      worth,
      try self.run(
        worth.map { $0.arm(autoencoder.name) }, halves.keeping.choosing,
        called: "\(features)-harming", engine))
  }

  private func nextRound(_ engine: Engine, _ tools: JobTools) throws {
    guard let ledger else { return }
    for point in ledger.front.points {
      tools.log(
        "front: \(point.change.name): \(point.helped) of \(ledger.failing) put right, "
          + "\(point.harmed) of \(ledger.keeping) lost")
    }
    if features < params.features ?? 3, !ledger.isPerfect {
      features += 1
      let joined = ledger.joined(features: features)
      if !joined.isEmpty { return try beginRound(joined, engine) }
    }
    try beginHoldingOut(ledger, engine)
  }

  // MARK: Reporting

  private func beginHoldingOut(_ ledger: SearchLedger, _ engine: Engine) throws {
    guard let choice = ledger.choice, let subject, let autoencoder = subject.autoencoder else {
      throw KernelError.unsupported(
        "none of the \(ledger.tried.count) changes that were tried puts an answer right: try "
          + "other candidates, operations or places")
    }
    let counting = ActivityCount(
      of: [choice.point.change.arm(autoencoder.name)],
      over: (halves.map { $0.failing.choosing + $0.keeping.choosing } ?? [])
        .prefix(controls.features > 0 ? EvaluationControls.countedQuestions : 0),
      autoencoder: autoencoder, contexts: QuestionContexts(subject.model, rendering))
    phase = .counting(counting)
  }

  private func holdOut(_ counting: ActivityCount, _ engine: Engine) throws {
    guard let ledger, let choice = ledger.choice, let subject, let halves,
      let autoencoder = subject.autoencoder
    else { return }
    let arms = reported(ledger, choice.point.change).map { $0.change.arm(autoencoder.name) }
    let controls = try controls.controls(
      of: [choice.point.change.arm(autoencoder.name)],
      dimensions: autoencoder.changeWidth(in: subject.model.model.decoder), counting)
    let wanted = Set((halves.failing.heldOut + halves.keeping.heldOut).map(\.id))
    phase = .holdingOut(
      try run(arms + controls, items.filter { wanted.contains($0.id) }, called: "held-out", engine))
  }

  /// The front's last changes, the chosen one among them.
  private func reported(
    _ ledger: SearchLedger, _ chosen: SearchedChange
  ) -> [HelpHarmFront<SearchedChange>.Point] {
    let points = ledger.front.points
    let last = points.suffix(Self.reported)
    if last.contains(where: { $0.change.name == chosen.name }) { return Array(last) }
    return points.filter { $0.change.name == chosen.name } + last.dropFirst()
  }

  private func end(_ run: ArmsRun, _ engine: Engine) throws -> StepOutcome {
    guard let ledger, let choice = ledger.choice, let halves, let resident = subject?.resident
    else { return .more }
    try run.journal.finish()
    let sheet = run.journal.sheet
    let report = BenchmarkReport(sheet)
    let outcomes = Dictionary(
      uniqueKeysWithValues: report.arms.compactMap { arm in arm.paired.map { (arm.arm.name, $0) } })
    let identity = try engine.identity(of: resident)
    let recipe = Recipe(
      format: "lucarne-recipe", version: 1, name: params.name ?? Self.name(ofFile: path),
      modelDigest: identity.model, saeDigest: identity.autoencoder, site: identity.site,
      interventions: choice.point.change.parts,
      evidence: SteeringSearch.Evidence(
        questionDigest: questions.digest, seed: params.seed ?? 0,
        failing: .init(
          choosing: halves.failing.choosing.count, heldOut: halves.failing.heldOut.count),
        keeping: .init(
          choosing: halves.keeping.choosing.count, heldOut: halves.keeping.heldOut.count),
        leftOut: leftOut, tried: ledger.tried.count, maxHarm: ledger.maxHarm,
        meetsMaxHarm: choice.meetsLimit,
        front: reported(ledger, choice.point.change).map { point in
          SteeringSearch.Point(
            name: point.change.name, interventions: point.change.parts,
            choosing: EvaluationReport.Paired(ledger.outcome(of: point.change)),
            heldOut: EvaluationReport.Paired(outcomes[point.change.name] ?? PairedOutcome()),
            isChosen: point.change.name == choice.point.change.name)
        }, heldOut: EvaluationReport.Report(report)))
    try write(recipe)
    return .done(
      try JSONValue(
        encoding: SteeringSearch.Found(
          path: path, recipe: recipe, seconds: (ContinuousClock.now - start) / .seconds(1))))
  }

  private func write(_ recipe: Recipe) throws {
    let bytes = try JSONValue(encoding: recipe).bytes() + [UInt8(ascii: "\n")]
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw DomainError(.ioError, "\(path) cannot be written: \(systemReason(of: error))")
    }
  }

  private static func name(ofFile path: String) -> String {
    let file = path.split(separator: "/").last ?? ""
    return String(file.hasSuffix(".json") ? file.dropLast(5) : file)
  }

  var settling: JobTask<Engine, Void>? {
    .ownThread { [self] in
      switch phase {
      case .plain(let run), .helping(_, let run), .harming(_, let run), .holdingOut(let run):
        run.journal.flush()
      case .beginning, .surveying, .counting: break
      }
      // Whoever goes on begins with what is in the files.
      phase = .beginning
    }
  }

  // MARK: Progress

  var progress: Job.Progress? {
    switch phase {
    case .beginning: nil
    case .plain(let run): run.progress(since: start, message: "plain answers")
    case .surveying(let survey):
      Job.Progress(done: survey.done, total: survey.total, message: "questions surveyed")
    case .helping(let changes, let run):
      run.progress(since: start, message: "\(changes.count) \(words) on wrong answers")
    case .harming(let changes, let run):
      run.progress(since: start, message: "\(changes.count) \(words) on right answers")
    case .counting(let counting):
      Job.Progress(
        done: counting.done, total: counting.total, message: "questions looked at for controls")
    case .holdingOut(let run): run.progress(since: start, message: "the other half, with controls")
    }
  }

  private var words: String {
    features == 1 ? "changes of one feature" : "changes of \(features) features"
  }
}

extension SteeringSearch.Params {
  /// Features of a word that are taken.
  private static let featuresOfAWord = 12

  /// The features that the request names, by number and by labels' words.
  /// - Throws: `FeatureIndexError`, `KernelError`.
  fileprivate func namedFeatures() throws -> [Int] {
    let named = candidates?.features ?? []
    let words = candidates?.words ?? []
    guard (candidates?.index != nil) == !words.isEmpty else {
      throw KernelError.unsupported(
        "candidates: words are searched for in an index's labels, and need \"index\"; an index "
          + "needs \"words\"")
    }
    guard let place = candidates?.index else { return named }
    let store = try FeatureIndexStore.open(at: FilePath(place).path)
    return named
      + (try words.flatMap { word in
        try store.search(text: word, limit: Self.featuresOfAWord).map(\.latent)
      })
  }
}
