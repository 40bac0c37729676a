import Benchmarks
import Images
package import JSON
import JSONRPC
import KernelProtocol
package import Reports

/// Makes pages and tables of files of answers in this process; no model is needed.
package struct LocalAnswers {
  /// Questions to show of those that an arm puts right, and as many of those that it loses.
  private static let flipLimit = 24

  private let sheet: AnswerSheet
  private let files: [String]
  private let ratings: [RatingReport]

  /// - Parameters:
  ///   - files: those of one run: whole, or its parts.
  ///   - ratings: files of a judge's ratings of these answers.
  /// - Throws: `AnswerSheetError`.
  package init(files: [String], ratings: [String] = []) throws {
    self.files = files
    let sheet = try AnswerSheet(joining: files.map { ($0, try AnswerSheet(path: $0)) })
    self.sheet = sheet
    self.ratings = try ratings.map {
      try RatingReport(try RatingSheet(path: $0), of: sheet, path: $0)
    }
  }

  /// - Parameter pictures: the folder that the questions' pictures lie in; nil: that of the run.
  /// - Throws: `AnswerSheetError`.
  package static func report(ofFiles files: [String], pictures: String?) throws -> AnswerReport {
    try LocalAnswers(files: files).report(pictures: pictures)
  }

  package func report(pictures folder: String?) -> AnswerReport {
    let found = BenchmarkReport(sheet)
    var report = AnswerReport(
      benchmark: found.format.title, method: found.format.method,
      model: sheet.header.settings["modelDigest"]?.stringValue ?? "unknown",
      questions: found.questions, answered: found.answered, missing: found.missing,
      arms: found.arms.map { AnswerReport.Arm($0, change: change(of: $0.arm)) },
      controls: found.controls.map(AnswerReport.Control.init))
    report.settings = settings
    report.ratings = ratings.map(AnswerReport.Ratings.init)
    report.flips = sheet.header.arms.filter { $0.role == .intervention }.map(flips)
    report.pictureFolders = folder.map { [$0] } ?? sheet.header.pictures.map { [$0] } ?? folders
    let names = Set(report.flips.flatMap { $0.helped + $0.harmed }.compactMap(\.picture))
    for name in names {
      report.pictures[name] = AnswerReport.Picture(name, in: report.pictureFolders)
    }
    report.lostPictures = names.count - report.pictures.count
    return report
  }

  /// What `evaluation/report` answers, with all changes of interventions, and the settings.
  package func json() throws -> JSONValue {
    var report = EvaluationReport.Report(BenchmarkReport(sheet))
    report.changes = sheet.header.arms.filter { $0.role == .intervention }
      .flatMap { sheet.changes(in: $0, limit: .max).map(EvaluationReport.Change.init) }
    if !ratings.isEmpty { report.ratings = ratings.map(EvaluationJudge.Ratings.init) }
    var object = try JSONValue(encoding: report).objectValue ?? JSONObject()
    object["files"] = .array(files.map { .string($0) })
    object["settings"] = .object(sheet.header.settings)
    return .object(object)
  }

  /// Where the files lie, each folder once.
  private var folders: [String] {
    var seen: Set<String> = []
    return files.map { file in
      let parts = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      return parts.isEmpty ? "." : parts.joined(separator: "/") + (parts == [""] ? "/" : "")
    }.filter { seen.insert($0).inserted }
  }

  // MARK: What changes answers

  private static let names = [
    "saeDigest": "autoencoder", "questionDigest": "file of questions",
    "maxTokens": "tokens of an answer, at most",
  ]

  private var settings: [(name: String, value: String)] {
    let shown = sheet.header.settings.members.filter {
      !["modelDigest", "changes", "selection"].contains($0.name)
    }
    return shown.map { (Self.names[$0.name] ?? $0.name, $0.value.text) }
      + [(files.count == 1 ? "file" : "files", files.joined(separator: ", "))]
  }

  /// What an arm does, in words; nil where its role says it.
  private func change(of arm: Arm) -> String? {
    guard arm.role == .intervention || arm.role == .randomFeatures else { return nil }
    let change = sheet.header.settings["changes"]?.arrayValue?.first {
      $0["arm"]?.stringValue == arm.name
    }
    guard let change else { return nil }
    var words = (change["interventions"]?.arrayValue ?? []).map(\.intervention)
    if let splice = change["splice"]?.objectValue {
      words.append("splice " + JSONValue.object(splice).text)
    }
    return words.isEmpty ? nil : words.joined(separator: "; ")
  }

  private func flips(_ arm: Arm) -> AnswerReport.Flips {
    let changes = sheet.changes(in: arm, limit: .max)
    func some(_ isHelp: Bool) -> [AnswerReport.Flip] {
      changes.filter { $0.isHelp == isHelp }.prefix(Self.flipLimit).map(AnswerReport.Flip.init)
    }
    return AnswerReport.Flips(arm: arm.name, helped: some(true), harmed: some(false))
  }
}

extension JSONValue {
  /// A text as it stands, anything else as JSON.
  fileprivate var text: String {
    stringValue ?? String(decoding: (try? bytes()) ?? [], as: UTF8.self)
  }

  /// An intervention of an evaluation's settings in words: `zero feature 7 at the last position`.
  fileprivate var intervention: String {
    var words = "\(self["op"]?.text ?? "change") feature \(self["feature"]?.text ?? "?")"
    if let value = self["value"] { words += " \(value.text)" }
    let places = self["at"]?.arrayValue?.map { place in
      if let count = place["last"]?.plainInteger {
        return count == 1 ? "the last position" : "the last \(count) positions"
      }
      if let part = place["part"]?.stringValue { return "the part \(part)" }
      return place.text
    }
    if let places { words += " at " + places.joined(separator: " and ") }
    return self["generated"] == true ? words + ", and at generated tokens" : words
  }
}

extension QuestionFormat {
  fileprivate var title: String {
    switch self {
    case .pope: "POPE"
    case .hallusionBench: "HallusionBench"
    case .amber: "AMBER"
    case .questions: "questions of one’s own"
    }
  }

  /// How answers are read, and what the numbers are that have the benchmark's names.
  fileprivate var method: String {
    switch self {
    case .pope:
      "As POPE’s script counts: an answer with No, no or not as a word before its first full stop "
        + "is a No, anything else a Yes. Precision, recall and F1 look for Yes; yesRatio is the "
        + "share of Yes."
    case .hallusionBench:
      "Answers are read by their first word, or by the only Yes or No in them. aAcc: all "
        + "questions; qAcc: questions right with every figure; fAcc: figures of which every "
        + "question is right; easyAcc and hardAcc: as qAcc, with original and with edited figures; "
        + "textOnlyAcc: without a figure; yesDifference: the share of Yes less that among right "
        + "answers; falsePositiveRatio: of what is not right, the share whose right answer is No."
    case .amber:
      "As AMBER’s script counts: exactly Yes and No are answers. Precision, recall and F1 look for "
        + "No: what is asked about is not there."
    case .questions:
      "Where the right answer is Yes or No, an answer is read by its first word, or by the only "
        + "Yes or No in it; any other answer must be the right one but for case, spaces and a full "
        + "stop. yesRatio is the share of Yes among answers to questions of the first kind."
    }
  }
}

// MARK: Values of the page

extension AnswerReport.Rate {
  init(_ rate: Rate) {
    self.init(count: rate.count, total: rate.total, interval: rate.interval)
  }
}

extension AnswerReport.Outcome {
  init(_ outcome: PairedOutcome) {
    self.init(
      bothRight: outcome.bothRight, bothWrong: outcome.bothWrong, helped: outcome.helped,
      harmed: outcome.harmed, help: .init(outcome.help), harm: .init(outcome.harm),
      probability: outcome.exactMcNemar, toYes: outcome.toYes, toNo: outcome.toNo)
  }
}

extension AnswerReport.Role {
  init(_ role: Arm.Role) {
    self =
      switch role {
      case .plain: .plain
      case .reconstruction: .reconstruction
      case .intervention: .intervention
      case .randomFeatures: .randomFeatures
      case .randomDirection: .randomDirection
      }
  }
}

extension AnswerReport.Arm {
  init(_ result: ArmResult, change: String?) {
    self.init(
      name: result.arm.name, role: .init(result.arm.role), change: change,
      controlled: result.arm.controlled, seed: result.arm.seed.map { "\($0)" },
      accuracy: .init(result.accuracy), unclear: result.verdicts[.unclear] ?? 0,
      metrics: result.metrics.map {
        .init(name: $0.name, value: $0.value, rate: $0.rate.map(AnswerReport.Rate.init))
      },
      kinds: result.kinds.map {
        .init(
          name: $0.kind, accuracy: .init($0.accuracy),
          outcome: $0.paired.map(AnswerReport.Outcome.init))
      }, outcome: result.paired.map(AnswerReport.Outcome.init))
  }
}

extension AnswerReport.Control {
  init(_ control: ControlResult) {
    let outcome = control.paired
    self.init(
      controlled: control.controlled, role: .init(control.role), draws: control.seeds,
      accuracy: .init(Rate(outcome.bothRight + outcome.helped, of: outcome.count)),
      outcome: .init(outcome))
  }
}

extension AnswerReport.RatedText {
  init(_ change: RatedChange) {
    self.init(
      question: change.item.question, before: change.before, after: change.after,
      concept: change.ratings[.concept] ?? 0, instruction: change.ratings[.instruction] ?? 0,
      fluency: change.ratings[.fluency] ?? 0)
  }
}

extension AnswerReport.Ratings {
  /// Texts to show of an arm.
  private static let changeLimit = 12

  init(_ report: RatingReport) {
    self.init(
      concept: report.header.concept, judge: report.header.judge,
      arms: report.arms.map { arm in
        func mean(_ quality: RatedQuality) -> AnswerReport.Mean {
          .init(arm.qualities[quality] ?? Mean(of: []))
        }
        return AnswerReport.RatedArm(
          name: arm.arm.name, rated: arm.rated, unrated: arm.unrated, concept: mean(.concept),
          instruction: mean(.instruction), fluency: mean(.fluency), score: .init(arm.score),
          difference: arm.difference.map { .init($0) }, pairs: arm.difference?.count ?? 0,
          changes: arm.changes.prefix(Self.changeLimit).map(AnswerReport.RatedText.init),
          changeCount: arm.changes.count)
      })
  }
}

extension AnswerReport.Mean {
  init(_ mean: Mean) { self.init(value: mean.value, standardError: mean.standardError) }
}

extension AnswerReport.Flip {
  init(_ change: AnswerChange) {
    self.init(
      id: change.item.id, picture: change.item.picture, kind: change.item.kind,
      question: change.item.question, answer: change.item.answer, before: change.before,
      after: change.after)
  }
}

extension AnswerReport.Picture {
  /// Pictures that are larger are made smaller: a page holds many.
  private static let byteLimit = 128 << 10
  /// Pixels of the longer side then.
  private static let side = 288

  /// A question's picture; nil where no folder has it, or it cannot be read.
  init?(_ name: String, in folders: [String]) {
    let paths = name.hasPrefix("/") ? [name] : folders.map { "\($0)/\(name)" }
    for path in paths {
      guard let bytes = try? PictureFile.bytes(atPath: path, limits: PictureLimits()),
        let picture = Self(bytes)
      else { continue }
      self = picture
      return
    }
    return nil
  }

  private init?(_ bytes: [UInt8]) {
    guard let picture = try? PictureDecoder().picture(from: bytes),
      let header = try? PictureDecoder().header(of: bytes)
    else { return nil }
    if bytes.count <= Self.byteLimit, header.orientation == .upright,
      let type = header.format.webType
    {
      self.init(bytes: bytes, type: type, width: picture.width, height: picture.height)
      return
    }
    let side = min(Self.side, max(picture.width, picture.height))
    guard let fitted = try? picture.fitted(side: side),
      let encoded = try? PNGEncoder.data(fitted)
    else { return nil }
    self.init(bytes: encoded, type: "image/png", width: fitted.width, height: fitted.height)
  }
}

extension PictureFormat {
  /// What a page calls the format; nil for those that are shown as PNG.
  fileprivate var webType: String? {
    switch self {
    case .png: "image/png"
    case .jpeg: "image/jpeg"
    case .webP, .gif, .bmp: nil
    }
  }
}
