import JSON
import JSONRPC
import KernelProtocol
import Synchronization

/// The clients that are connected, for what must reach one of them or tells about
/// all. Used from any thread.
final class ClientDirectory: Sendable {
  private struct Entry {
    weak var connection: Connection?
    let process: Int?
    var name: String?
    /// What the client calls this machine, where it is on another.
    var host: String?
  }

  private let entries = Mutex<[ClientID: Entry]>([:])

  func add(_ connection: Connection, process: Int?) {
    entries.withLock { $0[connection.client] = Entry(connection: connection, process: process) }
  }

  func remove(_ client: ClientID) { entries.withLock { $0[client] = nil } }

  /// Notes how a client calls itself, and, where it is on another machine, this one.
  func name(_ client: ClientID, _ name: String?, host: String?) {
    // No status grows with what a client says.
    entries.withLock {
      $0[client]?.name = name.map { String($0.prefix(100)) }
      $0[client]?.host = host
    }
  }

  /// What a client on another machine calls this one; nil for one of this machine.
  func host(of client: ClientID) -> String? { entries.withLock { $0[client]?.host } }

  /// How many requests of all clients wait for the engine.
  var waitingCount: Int {
    connections.reduce(0) { $0 + $1.waitingCount }
  }

  /// Sends a job's state to a client, if it is still there.
  func tell(_ client: ClientID, of job: Job) {
    let connection = entries.withLock { $0[client]?.connection }
    guard let connection, let params = try? JSONValue(encoding: job) else { return }
    connection.notify(JobDidUpdate.method, params, replacing: "\(JobDidUpdate.method) \(job.job)")
  }

  /// What each client has, as one of them is told.
  func connections(
    for client: ClientID, contexts: (ClientID) -> [KernelStatus.Context]
  ) -> [KernelStatus.Connection] {
    entries.withLock { $0 }.sorted { $0.key < $1.key }.map { id, entry in
      let contexts = contexts(id)
      return KernelStatus.Connection(
        connection: id.number, own: id == client, name: entry.name, process: entry.process,
        contexts: contexts.count, bytes: contexts.reduce(0) { $0 + $1.bytes },
        waiting: entry.connection?.waitingCount ?? 0)
    }
  }

  private var connections: [Connection] {
    entries.withLock { $0.values.compactMap(\.connection) }
  }
}
