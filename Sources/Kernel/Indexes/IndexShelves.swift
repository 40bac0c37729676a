import Images
import JSONRPC
import Synchronization

/// Each client's open indexes, so that what one opens or closes changes nothing for the
/// others. Used from any thread.
final class IndexShelves: Sendable {
  private let start: IndexShelf.Default?
  private let installed: InstalledIndex
  private let pictureLimits: PictureLimits
  private let shelves = Mutex<[ClientID: IndexShelf]>([:])

  /// - Parameters:
  ///   - start: the index that every client has from the start.
  ///   - installed: the index that nobody writes to.
  ///   - pictureLimits: what decoding a picture of an index may cost.
  init(
    default start: IndexShelf.Default?, installed: InstalledIndex = InstalledIndex(path: nil),
    pictureLimits: PictureLimits = PictureLimits()
  ) {
    self.start = start
    self.installed = installed
    self.pictureLimits = pictureLimits
  }

  func shelf(of client: ClientID) -> IndexShelf {
    shelves.withLock { shelves in
      if let known = shelves[client] { return known }
      let made = IndexShelf(
        default: start, installed: installed, pictureLimits: pictureLimits)
      shelves[client] = made
      return made
    }
  }

  /// Forgets those of a client that has left.
  func remove(_ client: ClientID) { shelves.withLock { $0[client] = nil } }
}
