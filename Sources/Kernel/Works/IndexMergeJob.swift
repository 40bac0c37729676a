import FeatureIndex
import JSON
import JSONRPC
package import Jobs
package import KernelProtocol
import Tensors

extension IndexMerge: JobRequest {
  package static func work(
    _ params: Params, _ settings: JobSettings
  ) throws -> any JobWork<Engine> {
    try settings.installed.refuse(writingTo: params.path)
    return try IndexMergeJob(params)
  }
}

/// `index/merge` as a job, which needs no model.
final class IndexMergeJob: ThreadJob {
  typealias JobEngine = Engine

  private let path: String
  private let inputs: [String]
  private(set) var progress: Job.Progress?

  /// - Throws: `KernelError` for paths that cannot be.
  init(_ params: IndexMerge.Params) throws {
    path = try NewFilePath(params.path).path
    inputs = try params.inputs.map { try FilePath($0).path }
  }

  func step(_ tools: JobTools) throws -> StepOutcome {
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
