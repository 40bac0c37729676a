import JSONRPC
import Synchronization

/// Each client's open indexes, so that what one opens or closes changes nothing for the others. Used from any thread.
final class IndexShelves: Sendable {
  private let start: IndexShelf.Default?
  private let installed: InstalledIndex
  private let shelves = Mutex<[ClientID: IndexShelf]>([:])

  /// - Parameters:
  ///   - start: the index that every client has from the start.
  ///   - installed: the index that nobody writes to.
  init(default start: IndexShelf.Default?, installed: InstalledIndex = InstalledIndex(path: nil)) {
    self.start = start
    self.installed = installed
  }

  func shelf(of client: ClientID) -> IndexShelf {
    shelves.withLock { shelves in
      if let known = shelves[client] { return known }
      let made = IndexShelf(default: start, installed: installed)
      shelves[client] = made
      return made
    }
  }

  /// Forgets those of a client that has left.
  func remove(_ client: ClientID) { shelves.withLock { $0[client] = nil } }
}
