internal import JSON
import JSONRPC
import Kernel
import KernelProtocol
import PromptFiles
import SystemReasons

extension LanguageServer {
  /// What can be done with the file: no model is asked.
  func codeActions(_ call: Call) throws -> JSONValue {
    guard let document = try document(of: call) else { return [] }
    let only = call.params["context"]?["only"]?.arrayValue
    let file = PromptFile(document.text)
    guard !file.hasErrors else { return [] }
    var actions = [action("lucarne.generate", "Generate the answer", document)]
    if let answer = file.front.answer?.value {
      let pair = PromptDocument.Comparison(answer: answer, baseline: file.front.baseline?.value)
      let title = quoted(answer) + (pair.baseline.map { " over \(quoted($0))" } ?? "")
      actions.append(action("lucarne.attribute", "Attribute \(title)", document))
    } else {
      actions.append(action("lucarne.attribute", "Attribute the likeliest answer", document))
    }
    if !file.front.steer.isEmpty {
      let clamps = file.front.steer.prefix(3).map { "\($0.index.value) = \($0.value.value)" }
      let more = file.front.steer.count > 3 ? ", …" : ""
      let title = "Generate the answer with \(clamps.joined(separator: ", "))\(more)"
      actions.append(action("lucarne.steer", title, document))
    }
    guard let only else { return .array(actions) }
    let isWanted = only.contains { kind in
      guard let kind = kind.stringValue else { return false }
      return kind.isEmpty || "lucarne" == kind || kind.hasPrefix("lucarne.")
    }
    return .array(isWanted ? actions : [])
  }

  private func action(_ name: String, _ title: String, _ document: PromptDocument) -> JSONValue {
    let command: JSONValue = [
      "title": .string(title), "command": .string(name),
      "arguments": [["uri": .string(document.uri)]],
    ]
    guard client.takesActions else { return command }
    return ["title": .string(title), "kind": .string(name), "command": command]
  }

  // MARK: Commands

  /// `arguments[0]` of a command; a plain address will do.
  private struct Arguments: Decodable {
    var uri: String
    var answer: String?
    var baseline: String?
    var maxTokens: Int?
    var temperature: Double?
    var topP: Double?
    var seed: UInt64?
  }

  func execute(_ call: Call, _ engine: Engine) throws -> ShelfAnswer {
    guard let command = call.params["command"]?.stringValue else {
      throw WireError.missing(path: "params.command")
    }
    guard Self.commands.contains(command) else {
      throw WireError.mismatch(
        path: "params.command", expected: "one of \(Self.commands.joined(separator: ", "))",
        found: "string \(quoted(command))")
    }
    guard let first = call.params["arguments"]?.arrayValue?.first else {
      throw WireError.missing(path: "params.arguments[0]")
    }
    let arguments: Arguments
    if let uri = first.stringValue {
      arguments = Arguments(uri: uri)
    } else {
      arguments = try first.decode(path: "params.arguments[0]")
      if let count = arguments.maxTokens, count < 0 {
        throw WireError.mismatch(
          path: "params.arguments[0].maxTokens", expected: "0 or more", found: "\(count)")
      }
    }
    guard documents[arguments.uri] != nil else {
      throw DomainError(.ioError, "the document \(quoted(arguments.uri)) is not open")
    }
    guard let open = try open(call, engine) else {
      let reason = documents[arguments.uri]?.opened?.diagnostics.first { $0.severity == .error }
      throw DomainError(
        .unsupportedTarget, reason?.message ?? "the document cannot be opened",
        hint: "its diagnostics say more")
    }
    if command == "lucarne.attribute" { return try attribute(arguments, open, call, engine) }
    let generated = try generate(
      arguments, open, isSteered: command == "lucarne.steer", call, engine)
    return { _ in generated }
  }

  // MARK: Attribution

  private func attribute(
    _ arguments: Arguments, _ open: OpenDocument, _ call: Call, _ engine: Engine
  ) throws -> ShelfAnswer {
    var asked = arguments.answer.map {
      PromptDocument.Comparison(answer: $0, baseline: arguments.baseline)
    }
    if asked == nil, open.prompt.front.answer == nil {
      let likeliest = try engine.likeliestAnswer(inContextNamed: open.context)
      asked = .init(answer: likeliest.answer, baseline: likeliest.baseline)
    }
    let wanted = asked
    // Scores of another pair are no longer shown, whether these succeed or not.
    documents.update(open.document) { ($0.asked, $0.scores) = (wanted, nil) }
    let found: TokenScores?
    do { found = try scores(open, call, engine) } catch {
      documents.update(open.document) { $0.asked = nil }
      throw error
    }
    guard let scores = found, let sae = open.prompt.sae else {
      throw KernelError.saeNotLoaded(name: open.prompt.front.sae ?? "", known: [])
    }
    refresh(open.document)
    let places = scores.places(in: open.prompt)
    let known = LatentLabels(ofAutoencoder: sae, engine)
    return { shelf in
      let labels = known.labels(of: scores.features.map(\.latent), in: shelf)
      return [
        "answer": .string(scores.comparison.answer),
        "baseline": scores.comparison.baseline.map { .string($0) } ?? .null,
        "value": .number(Double(scores.value)),
        "tokens": .array(
          places.map {
            [
              "range": $0.range.json, "text": .string($0.text), "score": .number(Double($0.score)),
            ]
          }),
        "features": .array(
          scores.features.map { feature in
            var members: JSONObject = [
              "feature": ["sae": .string(sae), "index": .integer(Int64(feature.latent))],
              "activation": .number(Double(feature.activation)),
              "score": .number(Double(feature.score)),
            ]
            members["label"] = labels[feature.latent].map { .string($0) }
            return .object(members)
          }),
      ]
    }
  }

  /// Has the client ask again for what it shows.
  private func refresh(_ document: PromptDocument) {
    if client.refreshesHints { connection?.request("workspace/inlayHint/refresh", .null) }
    if client.refreshesTokens { connection?.request("workspace/semanticTokens/refresh", .null) }
    publishDiagnostics(of: document.uri)
  }

  // MARK: Generation

  private func generate(
    _ arguments: Arguments, _ open: OpenDocument, isSteered: Bool, _ call: Call, _ engine: Engine
  ) throws -> JSONValue {
    let room = try engine.room(inContextNamed: open.context)
    let count = min(max(0, arguments.maxTokens ?? 256), room)
    var params = ContextGenerate.Params(
      context: open.context, maxTokens: count, temperature: arguments.temperature,
      topP: arguments.topP, seed: arguments.seed)
    if isSteered {
      guard let sae = open.prompt.sae, !open.prompt.front.steer.isEmpty else {
        throw KernelError.unsupported(
          "the front matter has no \"steer\", or no autoencoder is loaded")
      }
      params.interventions = open.prompt.front.steer.map {
        Intervention(
          op: .clamp, feature: FeatureRef(sae: sae, index: $0.index), value: $0.value,
          generated: true)
      }
    }
    call.report(title: isSteered ? "Generating, steered" : "Generating")
    let generated = try engine.answer(ContextGenerate.self, params, for: call)
    try insert(generated.text, into: open.document)
    return ["text": .string(generated.text), "finish": .string(generated.finish.rawValue)]
  }

  /// Asks the client to put an answer where the file's answer begins.
  private func insert(_ answer: String, into document: PromptDocument) throws {
    guard client.appliesEdits, !answer.isEmpty else { return }
    let insertion = AnswerInsertion(answer, into: PromptFile(document.text))
    let edits: JSONValue = [
      ["range": insertion.range.json, "newText": .string(insertion.text)]
    ]
    let edit: JSONValue
    if client.versionsEdits {
      let version = document.version.map { .integer($0) } ?? JSONValue.null
      edit = [
        "documentChanges": [
          ["textDocument": ["uri": .string(document.uri), "version": version], "edits": edits]
        ]
      ]
    } else {
      edit = ["changes": .object(JSONObject([document.uri: edits]))]
    }
    let isCurrent = documents.update(document) { _ in
      connection?.request("workspace/applyEdit", ["label": "Generated answer", "edit": edit])
      return true
    }
    guard isCurrent == true else { throw ResponseFailure.contentModified }
  }
}
