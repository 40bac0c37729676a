internal import JSON
import JSONRPC
import Kernel
import KernelProtocol

extension LanguageServer {
  /// A document made resident: what `prompt/open` says of it, and its context.
  struct OpenDocument {
    let document: PromptDocument
    let prompt: PromptOpen.Result
    /// The context's name.
    let context: String
  }

  /// The document of a request; nil where the client has not opened it, or it is no prompt file.
  func document(of call: Call) throws -> PromptDocument? {
    guard let uri = call.documentURI else {
      throw WireError.missing(path: "params.textDocument.uri")
    }
    return documents[uri]
  }

  /// Opens the document of a request, or takes the context it has; nil where it has errors.
  func open(_ call: Call, _ engine: Engine) throws -> OpenDocument? {
    guard let document = try document(of: call) else { return nil }
    if let prompt = document.opened, let name = prompt.context,
      engine.hasContext(named: name)
    {
      return OpenDocument(document: document, prompt: prompt, context: name)
    }
    let prompt = try engine.openPrompt(document.params, for: call)
    let earlier = documents.update(document) { current in
      defer { current.earlierContext = nil }
      current.opened = prompt
      return current.earlierContext
    }
    guard let earlier else {
      // The text was changed meanwhile; nobody would close this context.
      if let name = prompt.context { try? engine.closeContext(named: name) }
      throw ResponseFailure.contentModified
    }
    if let earlier, prompt.context != nil { try? engine.closeContext(named: earlier) }
    publishDiagnostics(of: document.uri)
    guard let context = prompt.context else { return nil }
    var current = document
    current.opened = prompt
    return OpenDocument(document: current, prompt: prompt, context: context)
  }

  /// Tells what is wrong with a document: as far as reading shows it, or,
  /// once it was opened, opening.
  func publishDiagnostics(of uri: String) {
    guard let document = documents[uri] else { return }
    let host = connection.flatMap { kernel.host(of: $0.client) }
    let found =
      document.opened?.diagnostics
      ?? (try? PromptCheck.answer(document.params, host: host))?.diagnostics ?? []
    publish(found.map { $0.json } + hints(for: document), of: document)
  }

  private func publish(_ diagnostics: [JSONValue], of document: PromptDocument) {
    var params: JSONObject = ["uri": .string(document.uri), "diagnostics": .array(diagnostics)]
    if let version = document.version { params["version"] = .integer(version) }
    documents.update(document) { _ in
      notify("textDocument/publishDiagnostics", .object(params), about: document.uri)
    }
  }

  /// Scores as diagnostics, for clients that show neither inlay hints nor semantic tokens.
  private func hints(for document: PromptDocument) -> [JSONValue] {
    let client = client
    guard !client.showsHints, !client.showsTokens, let scores = document.scores,
      let prompt = document.opened
    else { return [] }
    return scores.places(in: prompt).filter { $0.strength != nil }.map { place in
      [
        "range": place.range.json, "severity": 4, "source": "lucarne",
        "message": .string(scores.sentence(place)),
      ]
    }
  }
}

extension PromptDiagnostic {
  fileprivate var json: JSONValue {
    [
      "range": range.json, "severity": severity == .error ? 1 : 2, "source": "lucarne",
      "message": .string(message),
    ]
  }
}

extension TextRange {
  var json: JSONValue { ["start": start.json, "end": end.json] }

  func contains(_ position: TextPosition) -> Bool { start <= position && position < end }
}

extension TextPosition {
  var json: JSONValue {
    ["line": .integer(Int64(line)), "character": .integer(Int64(character))]
  }
}
