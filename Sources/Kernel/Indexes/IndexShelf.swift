import FeatureIndex
import KernelProtocol
import Synchronization

/// The indexes that are open for reading, and the one that the kernel was started with, which is opened when it is
/// first asked for. Used from any thread.
final class IndexShelf: Sendable {
  struct Entry: Sendable {
    let name: String
    let store: FeatureIndexStore
    /// The autoencoder it belongs to.
    let autoencoder: String?
    /// Whether nobody asked for it but the kernel's start: what was opened by a request goes before it.
    let isDefault: Bool
  }

  /// What is opened when nothing was opened yet.
  struct Default: Sendable, Equatable {
    let path: String
    let autoencoder: String?
  }

  private struct State {
    var entries: [Entry] = []
    var number = 0
    var start: Default?
  }

  private let state: Mutex<State>

  init(default start: Default?) { state = Mutex(State(start: start)) }

  func setDefault(_ start: Default) { state.withLock { $0.start = start } }

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

  func close(_ name: String) throws(DomainError) {
    let isKnown = state.withLock { state in
      let count = state.entries.count
      state.entries.removeAll { $0.name == name }
      return state.entries.count < count
    }
    guard isKnown else { throw Self.missing("there is no index \(quoted(name))") }
  }

  /// The named index; else the newest opened of the autoencoder, or the only one opened; else the default.
  func entry(named name: String?, autoencoder: String? = nil) throws -> Entry {
    if let name {
      guard let found = entries.first(where: { $0.name == name }) else {
        throw Self.missing("there is no index \(quoted(name))")
      }
      return found
    }
    let opened = entries.filter { !$0.isDefault }
    let fitting = opened.filter { autoencoder == nil || $0.autoencoder == autoencoder }
    if let found = fitting.last, autoencoder != nil || fitting.count == 1 { return found }
    if fitting.isEmpty, let start = state.withLock({ $0.start }),
      autoencoder == nil || start.autoencoder == nil || start.autoencoder == autoencoder
    {
      if let known = entries.first(where: \.isDefault) { return known }
      return add(
        try FeatureIndexStore.open(at: start.path), autoencoder: start.autoencoder, isDefault: true)
    }
    throw Self.missing(
      opened.isEmpty
        ? "no index is open"
        : "none of the open indexes belongs to \(autoencoder.map(quoted) ?? "one autoencoder alone"): "
          + opened.map(\.name).joined(separator: ", "))
  }

  private static func missing(_ message: String) -> DomainError {
    DomainError(
      .indexMissing, message, hint: "open one with index/open, or build one with index/build")
  }
}

extension IndexShelf.Entry {
  /// - Throws: `DomainError` of kind `featureOutOfRange`.
  func check(latent: Int) throws(DomainError) {
    guard (0..<store.identity.latents).contains(latent) else {
      throw DomainError(
        .featureOutOfRange,
        "the feature \(latent) does not exist: the index has latents 0 … \(store.identity.latents - 1)"
      )
    }
  }

  /// What it is, for the wire.
  func description() throws -> IndexDescription {
    let facts = try store.facts()
    return IndexDescription(
      index: name, path: store.path, sae: autoencoder, modelDigest: store.identity.model,
      saeDigest: store.identity.autoencoder, site: store.identity.site,
      latents: store.identity.latents, exemplars: store.options.exemplars, items: facts.items,
      skipped: .init(
        duplicate: facts.skipped[.duplicate] ?? 0, unreadable: facts.skipped[.unreadable] ?? 0,
        unusable: facts.skipped[.unusable] ?? 0),
      positions: Dictionary(
        uniqueKeysWithValues: facts.positions.map { (IndexBuild.View($0.key).rawValue, $0.value) }),
      activeLatents: facts.activeLatents, explainedLatents: facts.explainedLatents,
      bytes: facts.bytes)
  }
}

extension IndexBuild.View {
  init(_ view: IndexView) {
    switch view {
    case .base: self = .base
    case .tiles: self = .tiles
    case .text: self = .text
    }
  }
}
