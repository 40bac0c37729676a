import Benchmarks
import FeatureIndex
import Interpretation
import JSON
import JSONRPC
import KernelProtocol

/// What is asked questions, how, and with which features changed.
struct EvaluationSubject {
  let model: LoadedModel
  /// nil where nothing is changed.
  let resident: ResidentAutoencoder?

  var autoencoder: LoadedAutoencoder? { resident?.autoencoder }

  /// The first line of a file of answers: whatever changes them.
  ///
  /// - Parameters:
  ///   - items: the questions that are to be asked, in all shards.
  ///   - digest: of the set's files.
  func header(
    _ arms: [EvaluatedArm], of format: QuestionFormat, items: [QuestionItem], digest: String,
    rendering: QuestionRendering, engine: Engine
  ) throws -> AnswerSheet.Header {
    var settings = JSONObject()
    settings["questionDigest"] = .string(digest)
    settings["selection"] = .string(Self.selection(items))
    settings["modelDigest"] = .string(try engine.digest(of: model))
    if let resident {
      settings["saeDigest"] = .string(try engine.identity(of: resident).autoencoder)
      settings["changes"] = .array(try arms.filter { $0.arm.role != .plain }.map(Self.change))
    }
    settings["instruction"] = rendering.instruction.map { .string($0) }
    settings["template"] = .string(rendering.template.rawValue)
    settings["maxTokens"] = .integer(Int64(rendering.maxTokens))
    return AnswerSheet.Header(
      format: format, arms: arms.map(\.arm), settings: settings, questions: items.count,
      pictures: rendering.pictures)
  }

  /// Which questions they are, whatever their order: a digest of their ids.
  private static func selection(_ items: [QuestionItem]) -> String {
    // An id's length before it: no two lists are written alike.
    let words = items.map(\.id).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      .map { "\($0.utf8.count) \($0)\n" }.joined()
    return Array(SHA256.digest(of: Array(words.utf8)).prefix(16)).hexadecimal
  }

  /// What an arm changes. What an autoencoder is called is this process's affair.
  private static func change(_ arm: EvaluatedArm) throws -> JSONValue {
    [
      "arm": .string(arm.arm.name),
      "interventions": .array(
        try arm.interventions.map { intervention in
          var value = try JSONValue(encoding: intervention).objectValue ?? JSONObject()
          value["feature"] = .integer(Int64(intervention.feature.index))
          return .object(value)
        }),
      "splice": try arm.splice.map { try JSONValue(encoding: $0) } ?? .null,
    ]
  }
}

/// How questions become prompts, and how long answers may be.
struct QuestionRendering {
  /// The folder that the pictures' names start from.
  let pictures: String
  /// Added behind each question.
  let instruction: String?
  let template: IndexBuild.Template
  let maxTokens: Int

  /// - Throws: `KernelError` for paths that cannot be.
  init(
    _ dataset: EvaluationRun.Dataset, instruction: String?, template: IndexBuild.Template?,
    maxTokens: Int?
  ) throws {
    let path = dataset.path
    pictures =
      try dataset.pictures.map { try FilePath($0).path }
      ?? String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    self.instruction = instruction
    self.template = template ?? .model
    self.maxTokens = maxTokens ?? 16
  }
}

/// A set of questions as a request names it.
struct StatedQuestions {
  let set: QuestionSet
  /// SHA-256 of its files, in hexadecimal.
  let digest: String
  /// Where they lie.
  let paths: [String]

  /// - Throws: `QuestionSetError`, `KernelError` for paths that cannot be.
  init(_ dataset: EvaluationRun.Dataset) throws {
    let questions = try FilePath(dataset.path).path
    let annotations = try dataset.annotations.map { try FilePath($0).path }
    paths = [questions] + (annotations.map { [$0] } ?? [])
    set = try QuestionSet(QuestionFormat(dataset.format), at: questions, annotations: annotations)
    digest = try paths.map {
      SHA256.digest(of: try JSONFile.bytes(at: $0, limit: QuestionSet.byteLimit)).hexadecimal
    }.joined(separator: " ")
  }
}
