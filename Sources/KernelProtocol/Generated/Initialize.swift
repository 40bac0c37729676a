// Written by protocol/generator from protocol/openrpc.json.

package import JSON
package import JSONRPC

/// The first request: who the client is, and what the kernel can do.
///
/// It loads nothing itself; what initializationOptions name is loaded when it is first needed.
package enum Initialize: Request {
  package static let method = "initialize"
  package static let lane = Lane.immediate

  package struct Params: Codable, Sendable, Equatable {
    /// The client's process; when it ends, so does the kernel.
    package var processId: Int?
    package var clientInfo: ClientInfo?
    /// What the client can do; members of language clients are ignored.
    package var capabilities: JSONValue?
    package var initializationOptions: Options?
    /// off, messages or verbose.
    package var trace: String?
    /// Given where the kernel runs on another machine than the client: processId is none of its
    /// machine and not looked at, and what is said of files names the machine. lucarne attach --ssh
    /// gives it.
    package var remote: Remote?

    package init(
      processId: Int? = nil, clientInfo: ClientInfo? = nil, capabilities: JSONValue? = nil,
      initializationOptions: Options? = nil, trace: String? = nil, remote: Remote? = nil
    ) {
      self.processId = processId
      self.clientInfo = clientInfo
      self.capabilities = capabilities
      self.initializationOptions = initializationOptions
      self.trace = trace
      self.remote = remote
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var serverInfo: ServerInfo
    package var protocolVersion: String
    package var capabilities: Capabilities
    package var limits: Limits
    /// As it was given: paths are that machine's, so that what lies on the client's is sent as
    /// bytes or text.
    package var remote: Remote?

    package init(
      serverInfo: ServerInfo, protocolVersion: String, capabilities: Capabilities, limits: Limits,
      remote: Remote? = nil
    ) {
      self.serverInfo = serverInfo
      self.protocolVersion = protocolVersion
      self.capabilities = capabilities
      self.limits = limits
      self.remote = remote
    }
  }

  package struct AttributionProvider: Codable, Sendable, Equatable {
    package var methods: [AttributionCompute.Method]

    package init(methods: [AttributionCompute.Method]) {
      self.methods = methods
    }
  }

  /// What the kernel offers; an absent member means that it does not.
  package struct Capabilities: Codable, Sendable, Equatable {
    package var modelProvider: Bool?
    package var contextProvider: ContextProvider?
    package var activationProvider: Bool?
    package var featureProvider: Bool?
    package var attributionProvider: AttributionProvider?
    package var ablationProvider: Bool?
    package var steeringProvider: Bool?
    package var sessionProvider: Bool?
    package var jobProvider: Bool?
    package var workDoneProgress: Bool?
    package var partialResults: Bool?

    package init(
      modelProvider: Bool? = nil, contextProvider: ContextProvider? = nil,
      activationProvider: Bool? = nil, featureProvider: Bool? = nil,
      attributionProvider: AttributionProvider? = nil, ablationProvider: Bool? = nil,
      steeringProvider: Bool? = nil, sessionProvider: Bool? = nil, jobProvider: Bool? = nil,
      workDoneProgress: Bool? = nil, partialResults: Bool? = nil
    ) {
      self.modelProvider = modelProvider
      self.contextProvider = contextProvider
      self.activationProvider = activationProvider
      self.featureProvider = featureProvider
      self.attributionProvider = attributionProvider
      self.ablationProvider = ablationProvider
      self.steeringProvider = steeringProvider
      self.sessionProvider = sessionProvider
      self.jobProvider = jobProvider
      self.workDoneProgress = workDoneProgress
      self.partialResults = partialResults
    }
  }

  package struct ClientInfo: Codable, Sendable, Equatable {
    package var name: String
    package var version: String?

    package init(name: String, version: String? = nil) {
      self.name = name
      self.version = version
    }
  }

  package struct ContextProvider: Codable, Sendable, Equatable {
    /// Whether parts may be images.
    package var images: Bool
    /// Whether generated tokens can be kept.
    package var append: Bool

    package init(images: Bool, append: Bool) {
      self.images = images
      self.append = append
    }
  }

  package struct Limits: Codable, Sendable, Equatable {
    /// Bytes of a message to the kernel.
    package var maxMessageBytes: Int
    /// Requests that may wait for the engine.
    package var maxQueuedRequests: Int
    /// Contexts that may be open.
    package var maxContexts: Int
    /// Positions of a context, where the model is known.
    package var maxContextTokens: Int?
    /// A longer array of numbers travels as a tensor.
    package var inlineNumbers: Int
    /// Bytes that the kernel may use.
    package var memoryBytes: Int

    package init(
      maxMessageBytes: Int, maxQueuedRequests: Int, maxContexts: Int, maxContextTokens: Int? = nil,
      inlineNumbers: Int, memoryBytes: Int
    ) {
      self.maxMessageBytes = maxMessageBytes
      self.maxQueuedRequests = maxQueuedRequests
      self.maxContexts = maxContexts
      self.maxContextTokens = maxContextTokens
      self.inlineNumbers = inlineNumbers
      self.memoryBytes = memoryBytes
    }
  }

  /// What to load, by absolute path.
  package struct Options: Codable, Sendable, Equatable {
    /// A checkpoint's folder.
    package var model: String?
    /// Autoencoders' folders or files.
    package var saes: [String]?
    /// What their files leave open, the first for the first of saes; {} for one that needs nothing.
    package var saeOptions: [SAEOptions]?
    /// A feature index.
    package var index: String?
    /// Bytes that the kernel may use.
    package var memoryLimit: Int?

    package init(
      model: String? = nil, saes: [String]? = nil, saeOptions: [SAEOptions]? = nil,
      index: String? = nil, memoryLimit: Int? = nil
    ) {
      self.model = model
      self.saes = saes
      self.saeOptions = saeOptions
      self.index = index
      self.memoryLimit = memoryLimit
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      model = try members.decodeIfPresent(String.self, forKey: .model)
      saes = try members.decodeIfPresent([String].self, forKey: .saes)
      saeOptions = try members.decodeIfPresent([SAEOptions].self, forKey: .saeOptions)
      index = try members.decodeIfPresent(String.self, forKey: .index)
      memoryLimit = try members.optionalInteger(.memoryLimit, in: 1...Int.max)
    }
  }

  /// The machine that the kernel runs on, seen from another.
  package struct Remote: Codable, Sendable, Equatable {
    /// What the client calls it; at most 255 characters are kept.
    package var host: String

    package init(host: String) {
      self.host = host
    }
  }

  package struct ServerInfo: Codable, Sendable, Equatable {
    package var name: String
    package var version: String

    package init(name: String, version: String) {
      self.name = name
      self.version = version
    }
  }
}
