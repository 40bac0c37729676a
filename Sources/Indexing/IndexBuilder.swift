package import Corpora
package import FeatureIndex
import Images
import Interpretation
import Models
package import Tensors

/// Takes a corpus into an index, one entry a step.
///
/// The index file is at every moment the exact index of the entries in it: what came since the
/// last commit is read again by whoever goes on after a loss. Entries whose names the index
/// knows are not read again.
package final class IndexBuilder {
  package struct Options: Sendable {
    package var reader = CorpusReader.Options()
    /// A commit is made after so many entries at the latest.
    package var commitEntries = 1024
    /// A commit is made after so many seconds, or where commits take long, so that they take no
    /// more than `commitShare` of the time.
    package var commitSeconds = 8.0
    package var commitShare = 0.03
    /// A commit is made when so many bytes of maps wait for it.
    package var pendingBytes = 96 << 20

    package init() {}
  }

  package enum Step: Sendable, Equatable {
    /// An entry was taken in, or skipped.
    case entry
    /// One of the prompts of an entry was run, or a token of an answer.
    case part
    /// The corpus has nothing yet: a stream is slow.
    case waiting
    /// The next step writes what was taken in.
    case writing
    /// Everything is in the index, committed.
    case done
  }

  /// The most seconds of work that a loss may cost.
  private static let longestInterval = 60.0

  private let writer: CommitWriter
  private let coder: ItemCoder
  private let options: Options
  private let reader: CorpusReader
  private let counter: CodeCounter
  /// What has run and is counted beside the next run: the codes of one entry.
  private var uncounted: [ItemCode] = []
  private var uncommitted = 0
  private var lastCommit = ContinuousClock.now
  private var position = 0
  private var (items, skipped) = (0, 0)
  private let start = ContinuousClock.now
  private var (modelTime, codeTime, waitingTime) = (Duration.zero, Duration.zero, Duration.zero)
  /// The entry that questions are asked about, which is taken in when it is whole.
  private var asking: (entry: PreparedEntry, run: QuestionRun)?

  /// - Parameters:
  ///   - state: what the index holds.
  ///   - write: writes a commit as one transaction; called on a thread of its own.
  package init(
    resuming state: IndexState, corpus: CorpusSource, coder: ItemCoder, options: Options,
    write: @escaping @Sendable (IndexCommit) throws -> Void
  ) {
    writer = CommitWriter(write: write)
    self.coder = coder
    self.options = options
    counter = CodeCounter(IndexAccumulator(resuming: state))
    let names = Set(state.items.map(\.name)).union(state.skippedNames)
    var reading = options.reader
    // Questions stand in the place of what an entry says itself.
    reading.usesText = coder.views.contains(.text) && coder.questions == nil
    reader = CorpusReader.start(corpus, options: reading) { names.contains($0) }
  }

  deinit { reader.stop() }

  /// What the next step waits for the disk for, and then does.
  private enum Wait {
    case goOn
    case end
    case fail(any Error)
  }

  private var wait: Wait?

  /// Whether the next step may run the model; if not, it waits for the disk.
  package var needsModel: Bool { wait == nil }

  /// Takes in one entry, and sends what came before to be written when it is time. A step
  /// that waits for the disk does nothing else; one that the model is needed for waits for
  /// nothing but a slow stream.
  ///
  /// - Parameters:
  ///   - seconds: how long a slow stream is waited for.
  ///   - admit: may refuse a prompt for the bytes that its run would take; the
  ///     entry is skipped then.
  /// - Throws: what `write` throws, after which the same step may be tried again;
  ///   `CorpusError.unreadable`; `CancellationError`, after which only `commit` may follow: the
  ///   entry is for a later build.
  package func step(
    waiting seconds: Double = 0.05, admit: (Int) throws -> Void = { _ in },
    cancellation: Cancellation = .never
  ) throws -> Step {
    if let wait { return try finish(wait) }
    if let asking {
      return try goOn(asking.entry, asking.run, admit: admit, cancellation: cancellation)
    }
    switch writer.state {
    case .idle: if isCommitDue { send() }
    case .busy where counter.pendingBytes >= 2 * options.pendingBytes, .failed:
      return wait(.goOn)
    case .busy: break
    }
    let begin = ContinuousClock.now
    let arrival: CorpusReader.Arrival
    // A corpus that breaks off leaves what came before in the index.
    do { arrival = try reader.next(waiting: seconds) } catch { return wait(.fail(error)) }
    waitingTime += ContinuousClock.now - begin
    switch arrival {
    case .nothingYet: return .waiting
    case .end:
      position = reader.visited
      return wait(.end)
    case .entry(let prepared):
      return try take(prepared, admit: admit, cancellation: cancellation)
    }
  }

  private func wait(_ next: Wait) -> Step {
    wait = next
    return .writing
  }

  /// Where writing throws, the same is tried again by the next step.
  private func finish(_ next: Wait) throws -> Step {
    switch next {
    case .goOn:
      try writer.finish()
      wait = nil
      return .writing
    case .end:
      try commit()
      return .done
    case .fail(let error):
      try commit()
      throw error
    }
  }

  /// Writes what has come since the last commit, and waits for it.
  package func commit() throws {
    try writer.finish()
    send()
    try writer.finish()
  }

  private func send() {
    count()
    writer.send(counter.takeCommit())
    uncommitted = 0
    lastCommit = .now
  }

  package var progress: IndexProgress {
    IndexProgress(
      done: position, total: reader.count, items: items, skipped: skipped,
      seconds: (ContinuousClock.now - start) / .seconds(1),
      waitingSeconds: waitingTime / .seconds(1), modelSeconds: modelTime / .seconds(1),
      codeSeconds: codeTime / .seconds(1))
  }

  private var isCommitDue: Bool {
    guard uncommitted > 0 else { return false }
    let interval = max(
      options.commitSeconds, writer.lastDuration / .seconds(1) / options.commitShare)
    return uncommitted >= options.commitEntries
      || counter.pendingBytes >= options.pendingBytes
      || ContinuousClock.now - lastCommit > .seconds(min(interval, Self.longestInterval))
  }

  private func take(
    _ prepared: PreparedEntry, admit: (Int) throws -> Void, cancellation: Cancellation
  ) throws -> Step {
    switch prepared.content {
    case .skipped(let reason, let message): skip(prepared, reason, message)
    case .usable where contains(digest: prepared.digest):
      skip(prepared, .duplicate, "the index has this content already")
    case .usable(let picture):
      if let questions = coder.questions, let picture {
        let run = QuestionRun(coder, asking: questions, about: picture, of: prepared)
        return try goOn(prepared, run, admit: admit, cancellation: cancellation)
      }
      try skippingWhatCannotBeUsed(prepared) {
        try add(cancellation: cancellation) {
          [try coder.harvest(prepared, picture: picture, admit: admit, cancellation: cancellation)]
        }
      }
    }
    return passed(prepared)
  }

  /// Runs another part of an entry, and takes the entry in when it has run.
  private func goOn(
    _ prepared: PreparedEntry, _ run: QuestionRun, admit: (Int) throws -> Void,
    cancellation: Cancellation
  ) throws -> Step {
    // What throws leaves the entry for a later build.
    asking = nil
    let isRefused = try skippingWhatCannotBeUsed(prepared) {
      try add(cancellation: cancellation) {
        try run.step(admit: admit, cancellation: cancellation)
        return run.isDone ? run.harvested : []
      }
    }
    if isRefused || run.isDone { return passed(prepared) }
    asking = (prepared, run)
    return .part
  }

  /// Runs the model, encodes what that gives and takes all of it in, while what came before is
  /// counted.
  private func add(
    cancellation: Cancellation, _ run: () throws -> [ItemCoder.Harvested]
  ) throws {
    let before = uncounted
    uncounted = []
    uncounted = try counter.counting(before) {
      let harvested = try timed(&modelTime, run)
      return try timed(&codeTime) {
        try harvested.map { try coder.encode($0, cancellation: cancellation) }
      }
    }
    items += uncounted.count
  }

  /// Counts what no run stands beside.
  private func count() {
    counter.count(uncounted)
    uncounted = []
  }

  private func contains(digest: [UInt8]) -> Bool {
    uncounted.contains { $0.item.digest == digest } || counter.contains(digest: digest)
  }

  private func passed(_ prepared: PreparedEntry) -> Step {
    position = prepared.position
    uncommitted += 1
    return .entry
  }

  /// - Returns: whether the entry is skipped for what `body` throws.
  @discardableResult
  private func skippingWhatCannotBeUsed(
    _ prepared: PreparedEntry, _ body: () throws -> Void
  ) throws -> Bool {
    do {
      try body()
      return false
    } catch let error as ModelError {
      skip(prepared, .unusable, "\(error)")
    } catch InterpretationError.pictureWithoutRows(let reason) {
      skip(prepared, .unusable, reason)
    } catch let error as ImageError {
      skip(prepared, .unreadable, "\(error)")
    } catch let error as TooLarge {
      skip(prepared, .unusable, error.message)
    }
    return true
  }

  private func timed<Value>(
    _ total: inout Duration, _ body: () throws -> Value
  ) throws -> Value {
    let begin = ContinuousClock.now
    let value = try body()
    total += ContinuousClock.now - begin
    return value
  }

  private func skip(_ prepared: PreparedEntry, _ reason: SkippedItem.Reason, _ message: String) {
    counter.skip(
      SkippedItem(name: prepared.entry.name, reason: reason, message: String(message.prefix(500))))
    skipped += 1
  }

  /// What `admit` throws to have an entry skipped.
  package struct TooLarge: Error {
    package let message: String

    package init(message: String) { self.message = message }
  }
}
