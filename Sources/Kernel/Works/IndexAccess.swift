import FeatureIndex
import JSONRPC
import Jobs
import KernelProtocol
import Tensors

/// Opens indexes that requests and jobs name.
enum IndexAccess {
  /// For reading: an open index by its name, another by its path; without either the autoencoder's,
  /// or the only one that is open.
  static func reading(
    _ name: String?, autoencoder: String? = nil, _ shelf: IndexShelf
  ) throws -> FeatureIndexStore {
    guard let name, name.hasPrefix("/") else {
      return try shelf.entry(named: name, autoencoder: autoencoder).store
    }
    return try FeatureIndexStore.open(at: try FilePath(name).path)
  }

  /// For writing: an open index by its name, another by its path; without either the only one that
  /// the client opened, or that whoever started the kernel named.
  /// - Throws: `DomainError` of kind `pathDenied` for the one that came with the program.
  static func writing(_ name: String?, _ shelf: IndexShelf) throws -> FeatureIndexStore {
    let store = try reading(name, shelf)
    try shelf.installed.refuse(writingTo: store.path)
    return store
  }

  /// Runs a job's questions to indexes, which end soon after the job is to stop.
  /// - Throws: what `body` throws; `CancellationError` where they were cut short.
  static func untilStopped<Value>(_ tools: JobTools, _ body: () throws -> Value) throws -> Value {
    let cancellation = tools.cancellation
    do {
      return try FeatureIndexStore.stopping(when: { cancellation.isCancelled }, body)
    } catch FeatureIndexError.interrupted where cancellation.isCancelled {
      throw CancellationError()
    }
  }

  /// For reading by a job: an index that was built for an autoencoder.
  /// - Throws: `FeatureIndexError.stale` for one that was built for another.
  static func reading(
    _ path: String, builtFor identity: IndexIdentity, _ tools: JobTools
  ) throws -> FeatureIndexStore {
    let store = try untilStopped(tools) { try FeatureIndexStore.open(at: path) }
    guard store.identity == identity else {
      throw FeatureIndexError.stale(path: path, reason: identity.difference(from: store.identity))
    }
    return store
  }

  /// Writes what a job found, in a step of its own: another job that holds the index is waited for,
  /// 30 s at most.
  /// - Parameter deadline: when that ends; set by the first try.
  /// - Returns: what came of the step where it could not be written yet; nil where it is written.
  static func writeForJob<Value>(
    to path: String, deadline: inout ContinuousClock.Instant?,
    _ body: (FeatureIndexStore) throws -> Value
  ) throws -> StepOutcome? {
    let end = deadline ?? .now + .seconds(30)
    deadline = end
    do {
      _ = try write(to: path, waiting: 0, body)
      return nil
    } catch FeatureIndexError.busy where ContinuousClock.now < end {
      return .waiting
    } catch FeatureIndexError.diskFull(let path) {
      return .pause("\(FeatureIndexError.diskFull(path: path))")
    }
  }

  /// Writes something short: another job that holds the index is waited for, for a while.
  /// - Throws: `FeatureIndexError.busy` where it holds it longer than `seconds`.
  static func write<Value>(
    to path: String, waiting seconds: Double = 2, _ body: (FeatureIndexStore) throws -> Value
  ) throws -> Value {
    let path = try FilePath(path).path
    let end = ContinuousClock.now + .seconds(seconds)
    while true {
      do {
        return try body(try FeatureIndexStore.open(at: path, writing: true))
      } catch FeatureIndexError.busy(let path, let holder) {
        guard ContinuousClock.now < end else {
          throw FeatureIndexError.busy(path: path, holder: holder)
        }
        Thread.sleep(milliseconds: 20)
      }
    }
  }
}

extension FeatureIndexStore {
  /// Refuses latents that the index does not have.
  func check(_ latents: [Int]) throws(DomainError) {
    guard let wrong = latents.first(where: { !(0..<identity.latentCount).contains($0) }) else {
      return
    }
    throw DomainError(
      .featureOutOfRange,
      "latent \(wrong) does not exist: the index has latents 0 … \(identity.latentCount - 1)")
  }
}
