import FeatureIndex
import Images
import KernelProtocol
import Synchronization
import SystemReasons

/// The indexes that are open for reading, and the one that the kernel was started with, which is
/// opened when it is first asked for. Used from any thread.
package final class IndexShelf: Sendable {
  struct Entry: Sendable {
    let name: String
    let store: FeatureIndexStore
    /// The autoencoder it belongs to.
    var autoencoder: String?
    /// Whether nobody asked for it but the kernel's start: what was opened by
    /// a request goes before it.
    let isDefault: Bool
  }

  /// What is opened when nothing was opened yet.
  struct Default: Sendable, Equatable {
    let path: String
    let autoencoder: String?
  }

  /// Whose latents the client asks about where it does not say.
  struct Owner: Sendable {
    let autoencoder: String
    let identity: IndexIdentity
  }

  private struct State {
    var entries: [Entry] = []
    var number = 0
    var start: Default?
    /// The autoencoder that the client loaded last; nil before a model is loaded, `.some(nil)`
    /// where the model has none.
    var owner: Owner??
  }

  /// Nobody writes to it.
  let installed: InstalledIndex
  /// What decoding a picture of an index may cost.
  let pictureLimits: PictureLimits
  private let state: Mutex<State>

  init(
    default start: Default?, installed: InstalledIndex = InstalledIndex(path: nil),
    pictureLimits: PictureLimits = PictureLimits()
  ) {
    self.installed = installed
    self.pictureLimits = pictureLimits
    state = Mutex(State(start: start))
  }

  func setDefault(_ start: Default) { state.withLock { $0.start = start } }

  /// The client works with another model than the index that came with the program was built for.
  func forgetInstalled() {
    state.withLock { if $0.start?.path == installed.path { $0.start = nil } }
  }

  /// Notes which autoencoder the client works with: latents of no other are looked up unasked.
  func setOwner(_ owner: Owner?) { state.withLock { $0.owner = .some(owner) } }

  var entries: [Entry] { state.withLock { $0.entries } }

  /// Takes in an opened index; one of the same file and autoencoder is taken as it is.
  func add(
    _ store: FeatureIndexStore, autoencoder: String?, isDefault: Bool = false
  ) -> Entry {
    state.withLock { state in
      if let known = state.entries.first(where: {
        $0.store.path == store.path && $0.autoencoder == autoencoder && $0.isDefault == isDefault
      }) {
        return known
      }
      state.number += 1
      let entry = Entry(
        name: "index_\(state.number)", store: store, autoencoder: autoencoder, isDefault: isDefault)
      state.entries.append(entry)
      return entry
    }
  }

  /// Gives the indexes that were opened before their autoencoder was loaded to it.
  func adopt(by autoencoder: String, identity: IndexIdentity) {
    state.withLock { state in
      for place in state.entries.indices
      where state.entries[place].autoencoder == nil
        && state.entries[place].store.identity == identity
      {
        state.entries[place].autoencoder = autoencoder
      }
    }
  }

  func close(_ name: String) throws(DomainError) {
    let isKnown = state.withLock { state in
      let count = state.entries.count
      state.entries.removeAll { $0.name == name }
      return state.entries.count < count
    }
    guard isKnown else { throw Self.missing("there is no index \(quoted(name))") }
  }

  /// The named index; else the newest opened of the autoencoder, or the only one opened; else the
  /// default, which is opened where it is not yet and must have been built for the autoencoder.
  ///
  /// - Parameter autoencoder: nil where the request is about an index and names no autoencoder.
  func entry(named name: String?, autoencoder: String? = nil) throws -> Entry {
    if let found = try openEntry(named: name, autoencoder: autoencoder) { return found }
    if let start = fittingStart(autoencoder) {
      let entry = try open(start)
      try check(entry, isOf: autoencoder)
      return entry
    }
    let opened = entries.filter { !$0.isDefault }.map(\.name).joined(separator: ", ")
    guard !opened.isEmpty else { throw Self.missing("no index is open") }
    throw Self.missing(
      autoencoder.map { "none of the open indexes belongs to \(quoted($0)): \(opened)" }
        ?? "several indexes are open, \(opened): say which is meant")
  }

  /// Refuses the default where it belongs to another autoencoder than the
  /// one the client works with.
  private func check(_ entry: Entry, isOf autoencoder: String?) throws {
    guard let known = state.withLock({ $0.owner }) else { return }
    guard let owner = known else { throw Self.missing("no index is open") }
    guard autoencoder == nil || autoencoder == owner.autoencoder,
      entry.store.identity != owner.identity
    else { return }
    if installed.isSame(as: entry.store.path) { throw Self.missing("no index is open") }
    throw FeatureIndexError.stale(
      path: entry.store.path, reason: owner.identity.difference(from: entry.store.identity))
  }

  private func open(_ start: Default) throws -> Entry {
    add(
      try FeatureIndexStore.open(at: start.path), autoencoder: start.autoencoder, isDefault: true)
  }

  /// As `entry`, where it is open already; nil where it is not. Opens no file.
  private func openEntry(named name: String?, autoencoder: String?) throws -> Entry? {
    if let name {
      guard let found = entries.first(where: { $0.name == name }) else {
        throw Self.missing("there is no index \(quoted(name))")
      }
      return found
    }
    let opened = entries.filter { !$0.isDefault }
    let fitting = opened.filter { autoencoder == nil || $0.autoencoder == autoencoder }
    if let found = fitting.last, autoencoder != nil || fitting.count == 1 { return found }
    if fitting.count > 1, let owner = state.withLock({ $0.owner?.flatMap(\.self) }),
      let found = fitting.last(where: { $0.autoencoder == owner.autoencoder })
    {
      return found
    }
    guard fittingStart(autoencoder) != nil else { return nil }
    guard let found = entries.first(where: \.isDefault) else { return nil }
    try check(found, isOf: autoencoder)
    return found
  }

  /// The default, where it is meant: nothing that was opened fits.
  private func fittingStart(_ autoencoder: String?) -> Default? {
    state.withLock { state in
      let isOpened = state.entries.contains {
        !$0.isDefault && (autoencoder == nil || $0.autoencoder == autoencoder)
      }
      guard !isOpened, let start = state.start,
        autoencoder == nil || start.autoencoder == nil || start.autoencoder == autoencoder
      else { return nil }
      return start
    }
  }

  private static func missing(_ message: String) -> DomainError {
    DomainError(
      .indexMissing, message, hint: "open one with index/open, or build one with index/build")
  }
}

extension IndexShelf.Entry {
  /// - Throws: `DomainError` of kind `featureOutOfRange`.
  func check(latent: Int) throws(DomainError) {
    guard (0..<store.identity.latentCount).contains(latent) else {
      throw DomainError(
        .featureOutOfRange,
        "the feature \(latent) does not exist: the index has latents 0 … "
          + "\(store.identity.latentCount - 1)")
    }
  }

  /// What it is, for the wire.
  func description() throws -> IndexDescription {
    let facts = try store.facts()
    return IndexDescription(
      index: name, path: store.path, sae: autoencoder, modelDigest: store.identity.model,
      saeDigest: store.identity.autoencoder, site: store.identity.site,
      latents: store.identity.latentCount, exemplars: store.options.exemplars, items: facts.items,
      skipped: .init(
        duplicate: facts.skipped[.duplicate] ?? 0, unreadable: facts.skipped[.unreadable] ?? 0,
        unusable: facts.skipped[.unusable] ?? 0),
      positions: Dictionary(
        uniqueKeysWithValues: facts.positions.map { ($0.key.name, $0.value) }),
      activeLatents: facts.activeLatents, explainedLatents: facts.explainedLatents,
      bytes: facts.bytes)
  }
}
