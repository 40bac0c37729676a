// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// What is loaded, what waits and how much memory is in use. Never waits for the engine.
package enum KernelStatus: Request {
  package static let method = "kernel/status"
  package static let lane = Lane.control

  package typealias Params = Empty

  package struct Result: Codable, Sendable, Equatable {
    package var health: Health
    /// What is wrong, where something is.
    package var message: String?
    package var models: [Model]
    package var saes: [Autoencoder]
    package var contexts: [Context]
    package var queue: Queue
    package var memory: Memory
    /// The version of Unicode whose normal forms tokenizers use.
    package var unicode: String
    /// The file of the recipe that context/generate follows where a request changes nothing itself;
    /// absent without --recipe.
    package var recipe: String?
    /// Absent where the kernel was started without --vision.
    package var vision: Vision?
    /// Absent where every model has been on the processor.
    package var devices: [Device]?
    /// Jobs of this kernel that are queued or run; absent where there are none.
    package var jobs: [Job]?
    /// Who shares the kernel, in the order of arrival; absent where it has one client alone.
    /// contexts are the asking client's own, queue, memory and jobs are everybody's.
    package var connections: [Connection]?

    package init(
      health: Health, message: String? = nil, models: [Model], saes: [Autoencoder],
      contexts: [Context], queue: Queue, memory: Memory, unicode: String, recipe: String? = nil,
      vision: Vision? = nil, devices: [Device]? = nil, jobs: [Job]? = nil,
      connections: [Connection]? = nil
    ) {
      self.health = health
      self.message = message
      self.models = models
      self.saes = saes
      self.contexts = contexts
      self.queue = queue
      self.memory = memory
      self.unicode = unicode
      self.recipe = recipe
      self.vision = vision
      self.devices = devices
      self.jobs = jobs
      self.connections = connections
    }
  }

  package struct Autoencoder: Codable, Sendable, Equatable {
    package var sae: String
    package var path: String
    package var model: String?
    package var site: String
    package var latents: Int
    package var k: Int
    package var bytes: Int

    package init(
      sae: String, path: String, model: String? = nil, site: String, latents: Int, k: Int,
      bytes: Int
    ) {
      self.sae = sae
      self.path = path
      self.model = model
      self.site = site
      self.latents = latents
      self.k = k
      self.bytes = bytes
    }
  }

  /// A client of a shared kernel.
  package struct Connection: Codable, Sendable, Equatable {
    /// Its number, in the order of arrival.
    package var connection: Int
    /// Whether it is the one that asks.
    package var own: Bool
    /// What initialize called it.
    package var name: String?
    /// Its process: what holds the other end of the socket.
    package var process: Int?
    /// How many contexts it has open.
    package var contexts: Int
    /// Bytes that they hold.
    package var bytes: Int
    /// Its requests that wait for the engine.
    package var waiting: Int

    package init(
      connection: Int, own: Bool, name: String? = nil, process: Int? = nil, contexts: Int,
      bytes: Int, waiting: Int
    ) {
      self.connection = connection
      self.own = own
      self.name = name
      self.process = process
      self.contexts = contexts
      self.bytes = bytes
      self.waiting = waiting
    }
  }

  package struct Context: Codable, Sendable, Equatable {
    package var context: String
    package var version: Int
    package var tokenCount: Int
    package var bytes: Int

    package init(context: String, version: Int, tokenCount: Int, bytes: Int) {
      self.context = context
      self.version = version
      self.tokenCount = tokenCount
      self.bytes = bytes
    }
  }

  package enum Health: String, WireName {
    case ok
    case warning
    case error
  }

  /// A device that models were loaded on, through PyTorch's libraries.
  package struct Device: Codable, Sendable, Equatable {
    /// As model/load takes it.
    package var device: String
    /// What it calls itself.
    package var name: String
    /// The version of PyTorch.
    package var library: String
    /// Bytes of its memory; absent for torch:cpu, which has the process's.
    package var total: Int?
    /// Bytes that nobody holds; what PyTorch keeps for the next tensors counts as held.
    package var free: Int?
    /// Why it can be used no more; absent while it can.
    package var message: String?

    package init(
      device: String, name: String, library: String, total: Int? = nil, free: Int? = nil,
      message: String? = nil
    ) {
      self.device = device
      self.name = name
      self.library = library
      self.total = total
      self.free = free
      self.message = message
    }
  }

  /// Bytes.
  package struct Memory: Codable, Sendable, Equatable {
    /// What the kernel may use beside mapped weights.
    package var limit: Int
    /// The sum of the items but the mapped weights, whose pages the system can drop and read again.
    package var used: Int
    package var items: [MemoryItem]

    package init(limit: Int, used: Int, items: [MemoryItem]) {
      self.limit = limit
      self.used = used
      self.items = items
    }
  }

  package struct MemoryItem: Codable, Sendable, Equatable {
    package var name: String
    package var bytes: Int

    package init(name: String, bytes: Int) {
      self.name = name
      self.bytes = bytes
    }
  }

  package struct Model: Codable, Sendable, Equatable {
    package var model: String
    package var path: String
    package var architecture: String
    /// What products are made in.
    package var precision: ModelLoad.Precision
    /// Which library's resizing is applied to pictures; absent for a text model.
    package var resizing: ModelLoad.Resizing?
    /// Bytes of the weights' files, which other processes may share, and of the weights made for
    /// int8.
    package var bytes: Int
    /// What its layers run on; absent for the processor.
    package var device: String?

    package init(
      model: String, path: String, architecture: String, precision: ModelLoad.Precision,
      resizing: ModelLoad.Resizing? = nil, bytes: Int, device: String? = nil
    ) {
      self.model = model
      self.path = path
      self.architecture = architecture
      self.precision = precision
      self.resizing = resizing
      self.bytes = bytes
      self.device = device
    }
  }

  package struct Queue: Codable, Sendable, Equatable {
    /// The method that the engine is at.
    package var running: String?
    package var waiting: Int

    package init(running: String? = nil, waiting: Int) {
      self.running = running
      self.waiting = waiting
    }
  }

  /// The vision worker: other people's models for pictures, in a process that is started when it is
  /// first asked.
  package struct Vision: Codable, Sendable, Equatable {
    package var command: String
    /// Its id; absent while none runs.
    package var process: Int?
    /// Resident bytes of the process.
    package var memory: Int?
    package var name: String?
    package var version: String?
    package var device: String?
    /// Of the libraries that it runs on.
    package var versions: [String: String]?
    package var models: [VisionModel]?
    /// Why it did not do what it was last asked for.
    package var message: String?
    /// Processes that were started so far.
    package var starts: Int

    package init(
      command: String, process: Int? = nil, memory: Int? = nil, name: String? = nil,
      version: String? = nil, device: String? = nil, versions: [String: String]? = nil,
      models: [VisionModel]? = nil, message: String? = nil, starts: Int
    ) {
      self.command = command
      self.process = process
      self.memory = memory
      self.name = name
      self.version = version
      self.device = device
      self.versions = versions
      self.models = models
      self.message = message
      self.starts = starts
    }
  }

  package struct VisionModel: Codable, Sendable, Equatable {
    /// grounding, segmentation or embedding.
    package var role: String
    /// Its class.
    package var name: String
    /// SHA-256 over its files.
    package var digest: String

    package init(role: String, name: String, digest: String) {
      self.role = role
      self.name = name
      self.digest = digest
    }
  }
}
