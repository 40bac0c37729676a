import JSONRPC
import KernelProtocol
import Synchronization
import Tokenization
import VisionWorkers

/// The latest status, readable from any thread while the engine works.
final class StatusBoard: Sendable {
  private struct State {
    var status: KernelStatus.Result
    var contexts: [ClientID: [KernelStatus.Context]] = [:]
    /// What clients asked not to go beyond.
    var limits: [ClientID: Int] = [:]
  }
  private let state: Mutex<State>
  private let directory: ClientDirectory
  private let isShared: Bool
  private let vision: VisionWorker?

  init(
    limit: Int, directory: ClientDirectory, isShared: Bool, vision: VisionWorker?, recipe: String?
  ) {
    self.vision = vision
    self.directory = directory
    self.isShared = isShared
    state = Mutex(
      State(
        status: KernelStatus.Result(
          health: .ok, models: [], saes: [], contexts: [], queue: .init(running: nil, waiting: 0),
          memory: .init(limit: limit, used: 0, items: []), unicode: UnicodeForm.unicodeVersion,
          recipe: recipe)))
  }

  /// What a client is told: its own contexts, and of the others how much they hold.
  func current(for client: ClientID) -> KernelStatus.Result {
    let state = state.withLock { $0 }
    var result = state.status
    result.contexts = state.contexts[client] ?? []
    result.memory.limit = Self.limit(of: client, state)
    result.queue.waiting = directory.waitingCount
    result.vision = vision.map { .init($0.status) }
    if isShared {
      result.connections = directory.connections(for: client) { state.contexts[$0] ?? [] }
    }
    return result
  }

  /// What a client on another machine calls this one.
  func host(of client: ClientID) -> String? { directory.host(of: client) }

  /// Notes a client's own limit. Of a shared kernel it is no more than the kernel has.
  func setLimit(_ limit: Int, for client: ClientID) {
    state.withLock { state in
      state.limits[client] = isShared ? min(limit, state.status.memory.limit) : limit
    }
  }

  func limit(of client: ClientID) -> Int { state.withLock { Self.limit(of: client, $0) } }

  private static func limit(of client: ClientID, _ state: State) -> Int {
    state.limits[client] ?? state.status.memory.limit
  }

  func begin(_ method: String) {
    state.withLock { $0.status.queue.running = method }
  }

  /// Publishes what the engine holds after a request.
  func finish(_ status: KernelStatus.Result, contexts: [ClientID: [KernelStatus.Context]]) {
    state.withLock { state in
      state.status = status
      state.contexts = contexts
    }
  }

  func forget(_ client: ClientID) { state.withLock { $0.limits[client] = nil } }
}

extension KernelStatus.Vision {
  init(_ status: VisionWorker.Status) {
    let facts = status.facts
    self.init(
      command: status.command, process: status.process, memory: status.memory, name: facts?.name,
      version: facts?.version, device: facts?.device, versions: facts?.versions,
      models: facts?.models.map { .init(role: $0.role, name: $0.name, digest: $0.digest) },
      message: status.failure, starts: status.starts)
  }
}
