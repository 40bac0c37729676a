import FeatureIndex
import Indexing
import Interpretation
import JSON
import JSONRPC
import KernelProtocol
import Tensors

/// `index/build` as a job: an entry a step.
final class IndexBuildJob: JobWork {
  private let work: IndexBuildWork

  init(_ work: IndexBuildWork) { self.work = work }

  func step(_ tools: JobTools) throws -> JobStep {
    do {
      switch try work.step(engine: tools.engine, cancellation: tools.cancellation) {
      case .more: return .more
      case .waiting: return .waiting
      case .done(let built): return .done(try JSONValue(encoding: built))
      }
    } catch FeatureIndexError.diskFull(let path) {
      return .pause("\(FeatureIndexError.diskFull(path: path))")
    }
  }

  func settle() throws { try work.settle() }

  var place: JobKind.Place? { work.needsEngine ? .engine : .ownThread }
  var settlingPlace: JobKind.Place? { .ownThread }

  var progress: Job.Progress? {
    guard let progress = work.progress else { return nil }
    let rate = progress.itemsPerSecond
    let left = progress.total.map { Double(max(0, $0 - progress.done)) }
    return Job.Progress(
      done: progress.done, total: progress.total, rate: rate,
      remainingSeconds: rate > 0 ? left.map { $0 / rate } : nil,
      message: "\(progress.items) indexed, \(progress.skipped) skipped",
      metrics: ["overhead": progress.overhead])
  }
}

/// `index/merge` as a job, which needs no model.
final class IndexMergeJob: JobWork {
  private let path: String
  private let inputs: [String]
  private(set) var progress: Job.Progress?

  /// - Throws: `KernelError` for paths that cannot be.
  init(_ params: IndexMerge.Params) throws {
    path = try NewFilePath(params.path).path
    inputs = try params.inputs.map { try FilePath($0).path }
  }

  func step(_ tools: JobTools) throws -> JobStep {
    do {
      let facts = try FeatureIndexStore.merge(inputs, into: path) { share in
        progress = Job.Progress(
          done: Int(share * Double(inputs.count)), total: inputs.count)
        return !tools.cancellation.isCancelled
      }
      let digest = try FeatureIndexStore.open(at: path).contentDigest()
      return .done(
        try JSONValue(
          encoding: IndexMerge.Merged(
            path: path, items: facts.items, contentDigest: digest.hexadecimal)))
    } catch FeatureIndexError.diskFull(let path) {
      return .pause("\(FeatureIndexError.diskFull(path: path))")
    } catch FeatureIndexError.interrupted(path: _) { throw CancellationError() }
  }
}
