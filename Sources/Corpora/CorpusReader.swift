import Dispatch
import FeatureIndex
package import Images
import Synchronization
import SystemReasons
import Tensors

/// Reads a corpus on a thread of its own, a few entries ahead: files, digests and the decoding of
/// pictures cost the model no time, and a stream that falls silent keeps nobody waiting.
package final class CorpusReader: Sendable {
  package struct Options: Sendable {
    /// Whether texts beside pictures belong to the prompts, and texts alone are prompts.
    package var usesText = true
    package var shard: CorpusShard?
    /// How many entries of the corpus are looked at.
    package var limit: Int?
    /// Whether the pictures' bytes are to be kept in the index.
    package var copiesPictures = false
    /// What decoding a picture may cost. Those that wait, decoded, take as much again at most.
    package var limits = PictureLimits()

    package init() {}
  }

  package enum Arrival: Sendable {
    case entry(PreparedEntry)
    case nothingYet
    case end
  }

  private struct State {
    var ready: [PreparedEntry] = []
    var count: Int?
    var visited = 0
    var failure: (any Error)?
    var isAtEnd = false
  }

  /// How many entries wait, decoded.
  private static let places = 3

  private let options: Options
  private let isDone: @Sendable (String) -> Bool
  private let state = Mutex(State())
  private let isStopped = Atomic(false)
  private let arrivals = DispatchSemaphore(value: 0)
  private let places = DispatchSemaphore(value: 0)

  /// Begins to read. Entries whose name `isDone` are passed over unread.
  package static func start(
    _ source: CorpusSource, options: Options,
    isDone: @escaping @Sendable (String) -> Bool = { _ in false }
  ) -> CorpusReader {
    let reader = CorpusReader(options: options, isDone: isDone)
    for _ in 0..<Self.places { reader.places.signal() }
    DispatchQueue(label: "corpus").async { reader.run(source) }
    return reader
  }

  private init(options: Options, isDone: @escaping @Sendable (String) -> Bool) {
    self.options = options
    self.isDone = isDone
  }

  /// How many entries there are, with the limit; nil where only reading tells.
  package var count: Int? { state.withLock { $0.count } }

  /// How many entries were read or passed over.
  package var visited: Int { state.withLock { $0.visited } }

  /// The next entry of the shard that is not done. Throws what ended the corpus before its end,
  /// after every entry before that place.
  package func next(waiting seconds: Double) throws -> Arrival {
    if state.withLock({ $0.ready.isEmpty && $0.isAtEnd }) { return try end() }
    guard arrivals.wait(timeout: .now() + seconds) == .success else { return .nothingYet }
    let next = state.withLock { $0.ready.isEmpty ? nil : $0.ready.removeFirst() }
    guard let next else { return try end() }
    places.signal()
    return .entry(next)
  }

  /// Ends the reading; what is under way is given up.
  package func stop() {
    isStopped.store(true, ordering: .relaxed)
    places.signal()
  }

  private func end() throws -> Arrival {
    if let failure = state.withLock({ $0.failure }) { throw failure }
    return .end
  }

  // MARK: The reading thread

  private func run(_ source: CorpusSource) {
    let cancellation = Cancellation { self.isStopped.load(ordering: .relaxed) }
    do {
      try read(source.open(), cancellation: cancellation)
      finish(nil)
    } catch {
      finish(error)
    }
  }

  private func read(_ source: any Corpus, cancellation: Cancellation) throws {
    var corpus = source
    let limit = options.limit ?? .max
    state.withLock { $0.count = corpus.count.map { min($0, limit) } }
    var repeats: [String: Int] = [:]
    var position = 0
    while position < limit, var entry = try corpus.next(cancellation: cancellation) {
      try cancellation.check()
      position += 1
      // Names must tell entries apart: what comes again under one name is numbered.
      let times = repeats[entry.name, default: 0] + 1
      repeats[entry.name] = times
      if times > 1 { entry.name += " (\(times))" }
      if !isDone(entry.name), let prepared = prepare(entry, position: position) {
        places.wait()
        try cancellation.check()
        state.withLock { $0.ready.append(prepared) }
        arrivals.signal()
      }
      state.withLock { $0.visited = position }
    }
  }

  private func finish(_ failure: (any Error)?) {
    state.withLock {
      $0.failure = failure
      $0.isAtEnd = true
    }
    arrivals.signal()
  }

  /// Reads and decodes an entry; nil for one of another shard.
  private func prepare(_ given: CorpusEntry, position: Int) -> PreparedEntry? {
    var entry = given
    if !options.usesText, entry.picture != nil { (entry.text, entry.answer) = (nil, nil) }
    var bytes: [UInt8]?
    var problem = entry.problem
    if problem == nil, let picture = entry.picture {
      do { bytes = try picture.bytes() } catch { problem = systemReason(of: error) }
    }
    let isContent = bytes != nil || (problem == nil && entry.text != nil)
    let digest =
      isContent ? entry.digest(picture: bytes) : SHA256.digest(of: Array(entry.name.utf8))
    if let shard = options.shard, !shard.contains(digest) { return nil }
    if options.copiesPictures, let bytes { entry.picture = .stored(bytes) }
    return PreparedEntry(
      entry: entry, position: position, digest: digest,
      content: content(of: entry, bytes: bytes, problem: problem))
  }

  private func content(
    of entry: CorpusEntry, bytes: [UInt8]?, problem: String?
  ) -> PreparedEntry.Content {
    if let problem { return .skipped(.unreadable, problem) }
    guard let bytes else {
      return options.usesText
        ? .usable(nil)
        : .skipped(.unusable, "a text alone, where pictures alone are taken in")
    }
    do { return .usable(try PictureDecoder(limits: options.limits).picture(from: bytes)) } catch {
      return .skipped(.unreadable, systemReason(of: error))
    }
  }
}
