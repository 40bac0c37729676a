/// Work that waits, in the order in which it is to be done: clients take turns.
///
/// The client that was served longest ago comes next, so that one client's flood delays
/// another's single request by no more than what runs. A client's own work keeps its order. Work
/// of no client, such as a job's step, comes behind all that waited when it was added, and then
/// takes turns with the clients.
struct TurnQueue<Work: Sendable>: Sendable {
  private struct Row {
    /// Oldest last, so that taking one moves nothing.
    var ready: [Entry] = []
    /// Newest last.
    var added: [Entry] = []

    mutating func head() -> Entry? {
      if ready.isEmpty {
        ready = added.reversed()
        added = []
      }
      return ready.last
    }

    mutating func take() -> Entry? { head().map { _ in ready.removeLast() } }
    var count: Int { ready.count + added.count }
  }

  private struct Entry {
    let number: Int
    let work: Work
  }

  private var rows: [ClientID?: Row] = [:]
  /// When each client that waits, or has left nothing behind, was served last.
  private var served: [ClientID?: Int] = [:]
  private var number = 0

  var isEmpty: Bool { rows.isEmpty }

  mutating func add(_ work: Work, for client: ClientID?) {
    number += 1
    rows[client, default: Row()].added.append(Entry(number: number, work: work))
  }

  /// Takes what is to be done next.
  mutating func next() -> Work? {
    var heads: [(client: ClientID?, number: Int)] = []
    for client in rows.keys {
      if let head = rows[client]?.head() { heads.append((client, head.number)) }
    }
    if heads.count > 1, let background = heads.first(where: { $0.client == nil }),
      heads.contains(where: { $0.number < background.number })
    {
      heads.removeAll { $0.client == nil }
    }
    let chosen = heads.min { left, right in
      (served[left.client] ?? 0, left.number) < (served[right.client] ?? 0, right.number)
    }
    guard let chosen else { return nil }
    let client = chosen.client
    guard let entry = rows[client]?.take() else { return nil }
    if rows[client]?.count == 0 { rows[client] = nil }
    number += 1
    served[client] = number
    return entry.work
  }

  /// Drops what waits for a client that has left.
  mutating func remove(_ client: ClientID) {
    rows[client] = nil
    served[client] = nil
  }

  mutating func removeAll() { rows = [:] }
}
