package import JSON
package import JSONRPC
package import Kernel
import KernelProtocol
import Synchronization
import SystemReasons

/// Answers a connection as the kernel does, and beside that as a language server for prompt files.
///
/// A client that says in `initialize` that it is a language client is told of it. One is made for
/// each connection: it has the documents that its client has open. Nothing here computes what the
/// kernel's own methods do not.
package final class LanguageServer: ClientSession {
  let kernel: KernelHandler
  let documents = DocumentStore()
  private let abilities = Mutex(ClientAbilities())
  private let outlet = Mutex(Outlet())
  private let scheduled = Mutex(Scheduled())

  /// How long a document must rest before what it asks for is computed, and at least
  /// between two diagnostics.
  static let restMilliseconds = 150

  private struct Outlet: Sendable {
    weak var connection: Connection?
  }

  private struct Scheduled {
    var documents: Set<String> = []
    var isRunning = false
  }

  package init(_ kernel: KernelHandler) { self.kernel = kernel }

  package func attach(_ connection: Connection) {
    outlet.withLock { $0.connection = connection }
  }

  var connection: Connection? { outlet.withLock { $0.connection } }
  var client: ClientAbilities { abilities.withLock { $0 } }

  // MARK: Requests

  package func lane(of method: String) -> Lane? {
    LanguageMethod(rawValue: method)?.lane ?? kernel.lane(of: method)
  }

  package func order(of method: String) -> RequestOrder { kernel.order(of: method) }

  package func arrived(_ call: Call) {
    guard LanguageMethod(rawValue: call.method) != nil, let uri = call.documentURI else { return }
    documents.add(call, about: uri)
  }

  package func answer(_ call: Call) throws -> JSONValue {
    guard let method = LanguageMethod(rawValue: call.method) else {
      let answer = try kernel.answer(call)
      return call.method == Initialize.method ? welcome(call.params, answer) : answer
    }
    switch method {
    case .hover: return try kernel.perform(call, thenReading: { try self.hover(call, $0) })
    case .inlayHint: return try whenResting(call) { try self.inlayHints(call, $0) }
    case .semanticTokens: return try whenResting(call) { try self.semanticTokens(call, $0) }
    case .codeAction: return try codeActions(call)
    case .executeCommand:
      return try kernel.perform(call, thenReading: { try self.execute(call, $0) })
    }
  }

  private func welcome(_ params: JSONValue, _ answer: JSONValue) -> JSONValue {
    let abilities = ClientAbilities(params["capabilities"])
    self.abilities.withLock { $0 = abilities }
    guard abilities.isLanguageClient, case .object(var members) = answer,
      case .object(var capabilities) = members["capabilities"]
    else { return answer }
    for (name, value) in Self.capabilities { capabilities[name] = value }
    members["capabilities"] = .object(capabilities)
    return .object(members)
  }

  /// Waits until the document rests, then for the engine. Runs on a thread of its own.
  private func whenResting(
    _ call: Call, _ answer: @escaping @Sendable (Engine) throws -> JSONValue
  ) throws -> JSONValue {
    while let uri = call.documentURI, let wait = documents.restOf(uri), wait > 0 {
      try call.checkStop()
      Thread.sleep(milliseconds: min(wait, 20))
    }
    guard let connection else { throw CancellationError() }
    let outcome = Monitor<Result<JSONValue, any Error>?>(nil)
    connection.lanes.engine.submit(for: call.client) { [kernel] in
      let result = Result { () throws -> JSONValue in
        try call.checkStop()
        return try kernel.perform(call, answer)
      }
      outcome.update { $0 = result }
    }
    while !outcome.wait(seconds: 0.05, until: { $0 != nil }) { try call.checkStop() }
    return try outcome.read { $0 }?.get() ?? .null
  }

  // MARK: Notifications

  package func receive(notification method: String, params: JSONValue) {
    let document = params["textDocument"]
    guard let uri = document?["uri"]?.stringValue else {
      return kernel.receive(notification: method, params: params)
    }
    let version = document?["version"]?.integerValue
    switch method {
    case "textDocument/didOpen":
      guard let text = document?["text"]?.stringValue else { return }
      let isPrompt = document?["languageId"] == "lucarne" || uri.hasSuffix(".lucarne")
      if isPrompt { letGo(documents.open(uri, version: version, text: text)) }
      takeImages(params, of: uri)
      schedule(uri)
    case "textDocument/didChange":
      documents.change(uri, version: version, changes: params["contentChanges"]?.arrayValue ?? [])
      takeImages(params, of: uri)
      schedule(uri)
    case "textDocument/didSave":
      takeImages(params, of: uri)
      schedule(uri)
    case "textDocument/didClose":
      guard let closed = documents.close(uri) else { return }
      letGo(closed)
      notify(
        "textDocument/publishDiagnostics", ["uri": .string(uri), "diagnostics": []], about: uri)
    default: kernel.receive(notification: method, params: params)
    }
  }

  /// The images that came with a notification, which only a client on another machine sends.
  private func takeImages(_ params: JSONValue, of uri: String) {
    guard let images = try? params["images"]?.decode([SentImage].self) else { return }
    if !documents.setImages(images, of: uri) {
      connection?.log(
        .warning,
        "the images of \(quoted(uri)) are not kept: those of all documents are more than "
          + "\(DocumentStore.imageByteLimit) bytes")
    }
  }

  /// Closes the contexts of a document that is there no more.
  private func letGo(_ document: PromptDocument?) {
    let contexts = [document?.opened?.context, document?.earlierContext].compactMap(\.self)
    guard !contexts.isEmpty, let connection else { return }
    let client = connection.client
    connection.lanes.engine.submit(for: client) { [kernel] in
      kernel.perform(for: client) { engine in
        for context in contexts { try? engine.closeContext(named: context) }
      }
    }
  }

  // MARK: Sending

  func notify(_ method: String, _ params: JSONValue, about uri: String) {
    connection?.notify(method, params, replacing: "\(method) \(uri)")
  }

  /// Publishes a document's diagnostics after a while; one thread does so for all,
  /// and ends when none waits.
  private func schedule(_ uri: String) {
    let isIdle = scheduled.withLock { scheduled in
      scheduled.documents.insert(uri)
      defer { scheduled.isRunning = true }
      return !scheduled.isRunning
    }
    guard isIdle else { return }
    Thread.start(name: "diagnostics") { [weak self] in
      while true {
        guard let self else { return }
        let next = scheduled.withLock { scheduled in
          scheduled.isRunning = !scheduled.documents.isEmpty
          defer { scheduled.documents = [] }
          return scheduled.documents
        }
        if next.isEmpty { return }
        for uri in next { publishDiagnostics(of: uri) }
        Thread.sleep(milliseconds: Self.restMilliseconds)
      }
    }
  }
}

/// The requests of the Language Server Protocol that are answered.
enum LanguageMethod: String {
  case hover = "textDocument/hover"
  case inlayHint = "textDocument/inlayHint"
  case semanticTokens = "textDocument/semanticTokens/full"
  case codeAction = "textDocument/codeAction"
  case executeCommand = "workspace/executeCommand"

  var lane: Lane {
    switch self {
    // What they say of features they look up on the index lane then.
    case .hover, .executeCommand: .engine
    // They wait for the document to rest, then for the engine.
    case .inlayHint, .semanticTokens: .waiting
    case .codeAction: .control
    }
  }
}

extension Call {
  /// The document that a request of a language client is about.
  var documentURI: String? {
    if let uri = params["textDocument"]?["uri"]?.stringValue { return uri }
    guard let first = params["arguments"]?.arrayValue?.first else { return nil }
    return first.stringValue ?? first["uri"]?.stringValue
  }
}
