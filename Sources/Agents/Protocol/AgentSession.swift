import JSON
import JSONRPC

/// The reader's side of a session with an agent: what each message is and who answers it.
struct AgentSession {
  private let server: AgentServer
  /// Who said `initialize`, once somebody has.
  private var handshake: String?
  /// The revision that `initialize` was answered with.
  private var revision: String?

  init(_ server: AgentServer) { self.server = server }

  mutating func take(_ event: FrameEvent) {
    switch event {
    case .rejected(let failure), .oversized(let failure, _), .fatal(let failure):
      server.log(.warning, failure.message)
      server.refuse(nil, failure)
    case .body(let bytes):
      do throws(JSONError) {
        let value = try JSONValue(parsing: bytes)
        if let messages = value.arrayValue { receive(batch: messages) } else { receive(value) }
      } catch {
        server.refuse(nil, .parseError("invalid JSON: \(error)"))
      }
    }
  }

  // MARK: Batches

  private mutating func receive(batch messages: [JSONValue]) {
    if let reason = refusal(of: messages) {
      server.refuse(nil, .invalidRequest(reason))
      return
    }
    var (requests, repeated): (Set<RequestID>, Set<RequestID>) = ([], [])
    for message in messages where message["method"] != nil {
      guard let id = message["id"].flatMap(RequestID.init) else { continue }
      if !requests.insert(id).inserted || server.table.contains(id) { repeated.insert(id) }
    }
    // What is open under one of these ids is answered by itself.
    let batch = server.replies.begin(requests.subtracting(repeated))
    for message in messages {
      let id = message["method"] == nil ? nil : message["id"].flatMap(RequestID.init)
      if let id, repeated.contains(id) {
        server.replies.add(
          Envelope.response(
            id: id, failure: .invalidRequest("two requests have the id \(id)")), to: batch)
      } else if message["method"] == "initialize" {
        server.refuse(id, .invalidRequest("\"initialize\" cannot be in a batch"))
      } else if let failure = Self.malformation(of: message) {
        server.replies.add(Envelope.response(id: nil, failure: failure), to: batch)
      } else {
        receive(message)
      }
    }
    server.replies.end(batch)
  }

  /// Why a list of messages is not taken as a batch.
  private func refusal(of messages: [JSONValue]) -> String? {
    guard revision == Revision.batching else {
      let spoken = revision.map { "this session speaks \($0)" } ?? "nothing is negotiated yet"
      return "batches belong to the revision \(Revision.batching) alone, and \(spoken): "
        + "send one message a line"
    }
    if messages.isEmpty { return "an empty batch" }
    let limit = server.options.openCalls
    return messages.count <= limit
      ? nil : "a batch of \(messages.count) messages, expected at most \(limit)"
  }

  /// What is wrong with a message that has no id to answer it under.
  private static func malformation(of value: JSONValue) -> ResponseFailure? {
    do throws(Message.Malformed) {
      _ = try Message(value)
      return nil
    } catch {
      return error.id == nil ? error.failure : nil
    }
  }

  // MARK: Messages

  private mutating func receive(_ value: JSONValue) {
    do throws(Message.Malformed) {
      switch try Message(value) {
      case .request(let id, let method, let params): receive(id, method, params)
      case .notification("notifications/cancelled", let params):
        if let id = params["requestId"].flatMap(RequestID.init) { server.table.cancel(id) }
      case .notification, .response: break
      }
    } catch {
      server.refuse(error.id, error.failure)
    }
  }

  private mutating func receive(_ id: RequestID, _ method: String, _ params: JSONValue) {
    if server.table.contains(id) {
      // By itself: the one that is open may be of a batch.
      server.output.send(
        Envelope.response(id: id, failure: .invalidRequest("request \(id) is still open")))
      return
    }
    do throws(ResponseFailure) {
      guard params.objectValue != nil else {
        throw .invalidParams(
          .mismatch(path: "params", expected: "object", found: params.summary))
      }
      if method == "initialize" { return initialize(id, params) }
      if method == "ping" {
        return server.answer(id, server.identity.finished([:], era: .handshake))
      }
      try answer(
        Asked(id: id, params: params, era: try era(params), client: client(params)), method)
    } catch {
      server.refuse(id, error)
    }
  }

  // MARK: Eras

  private mutating func initialize(_ id: RequestID, _ params: JSONValue) {
    handshake = params["clientInfo"]?["name"]?.stringValue ?? "agent"
    let negotiated = Revision.negotiated(params["protocolVersion"]?.stringValue)
    revision = negotiated
    server.answer(
      id,
      [
        "protocolVersion": .string(negotiated),
        "capabilities": ServerIdentity.capabilities, "serverInfo": server.identity.info,
        "instructions": .string(ServerIdentity.instructions),
      ])
  }

  /// A request with a revision in its `_meta` is of the stateless era, whatever came before it.
  private func era(_ params: JSONValue) throws(ResponseFailure) -> Era {
    guard let revision = params["_meta"]?[MetaKey.revision] else {
      guard handshake == nil else { return .handshake }
      throw ResponseFailure(
        code: FailureCode.invalidParams,
        message: "say \"initialize\" first, or the revision as \(MetaKey.revision) in params._meta")
    }
    let asked = shortened(revision.stringValue ?? revision.summary, toBytes: 40)
    if Revision.stateless.contains(asked) { return .stateless }
    if handshake != nil, Revision.handshake.contains(asked) { return .handshake }
    throw ResponseFailure(
      code: -32022, message: "the revision \(asked) is not supported",
      data: ["supported": Self.revisions, "requested": .string(asked)])
  }

  private static let revisions = JSONValue.array(
    (Revision.handshake + Revision.stateless).reversed().map { .string($0) })

  private func client(_ params: JSONValue) -> String {
    let name = params["_meta"]?[MetaKey.clientInfo]?["name"]?.stringValue ?? handshake ?? "agent"
    return shortened(name, toBytes: 200)
  }

  // MARK: Methods

  /// A request whose era is known.
  private struct Asked {
    let id: RequestID
    let params: JSONValue
    let era: Era
    let client: String
  }

  private func answer(_ asked: Asked, _ method: String) throws(ResponseFailure) {
    let identity = server.identity
    switch method {
    case "server/discover":
      server.answer(
        asked.id,
        identity.kept(
          [
            "supportedVersions": Self.revisions, "capabilities": ServerIdentity.capabilities,
            "serverInfo": identity.info, "instructions": .string(ServerIdentity.instructions),
          ], era: asked.era))
    case "tools/list":
      let tools = JSONValue.array(allTools.map { $0.listing })
      server.answer(asked.id, identity.kept(["tools": tools], era: asked.era))
    case "tools/call": try callTool(asked)
    case "resources/list":
      server.answer(
        asked.id, identity.kept(["resources": AgentResource.listing], era: asked.era))
    case "resources/templates/list":
      server.answer(
        asked.id, identity.kept(["resourceTemplates": AgentResource.templates], era: asked.era))
    case "resources/read": try readResource(asked)
    default: throw .methodNotFound(shortened(method, toBytes: 100))
    }
  }

  private func work(for asked: Asked) -> Work {
    let surroundings = Work.Surroundings(
      kernel: server.kernel, options: server.options, held: server.held)
    guard let token = asked.params["_meta"]?[MetaKey.progressToken].flatMap(RequestID.init) else {
      return Work(surroundings, client: asked.client)
    }
    return Work(surroundings, client: asked.client) { [server] progress, message in
      var params: JSONObject = ["progressToken": token.json, "progress": .number(progress)]
      if let message { params["message"] = .string(message) }
      let body = try? Envelope.notification(
        method: "notifications/progress", params: .object(params))
      if let body { server.table.notify(asked.id, body, replacing: "progress \(token)") }
    }
  }

  private func callTool(_ asked: Asked) throws(ResponseFailure) {
    let name = asked.params["name"]?.stringValue ?? ""
    guard let tool = allTools.first(where: { $0.name == name }) else {
      throw ResponseFailure(
        code: FailureCode.invalidParams,
        message: "there is no tool \"\(shortened(name, toBytes: 100))\"; tools/list names them")
    }
    let arguments = asked.params["arguments"] ?? [:]
    let work = work(for: asked)
    let isHeld = tool != JobGetTool.self
    server.start(asked.id, work, isHeld: isHeld) {
      work.perform(tool, arguments.isNull ? [:] : arguments)
    } reply: { [server] outcome in
      let wire: JSONObject
      switch outcome {
      case .success(let result): wire = result.wire
      case .failure(let failure): wire = failure.wire
      }
      return AgentServer.body(asked.id, server.identity.finished(wire, era: asked.era))
    }
  }

  private func readResource(_ asked: Asked) throws(ResponseFailure) {
    guard let address = asked.params["uri"]?.stringValue,
      let resource = AgentResource(address)
    else {
      throw ResponseFailure(
        code: asked.era == .stateless ? FailureCode.invalidParams : -32002,
        message: "there is no such resource; resources/list and resources/templates/list name them",
        data: ["uri": asked.params["uri"] ?? .null])
    }
    let work = work(for: asked)
    server.start(asked.id, work, isHeld: false) {
      resource.read(work)
    } reply: { [server] outcome in
      switch outcome {
      case .success(let result):
        let text = resource.contents(address, result)
        return AgentServer.body(
          asked.id, server.identity.kept(["contents": [text]], era: asked.era, seconds: 0))
      case .failure(let failure):
        return Envelope.response(
          id: asked.id,
          failure: ResponseFailure(code: FailureCode.internalError, message: failure.message))
      }
    }
  }
}
