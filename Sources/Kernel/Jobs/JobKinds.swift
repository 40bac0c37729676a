import JSON
import JSONRPC
import KernelProtocol

/// The methods that begin jobs. A test holds them among `KernelProtocol.allRequests`.
///
/// - Parameter explainerKey: what explainers are asked with, if the kernel was given it.
func jobKinds(explainerKey: String? = nil) -> [String: JobKind] {
  modelJobKinds.merging(explanationJobKinds(explainerKey: explainerKey)) { first, _ in first }
}

private let modelJobKinds: [String: JobKind] = [
  IndexBuild.method: JobKind(place: .engine) { params in
    IndexBuildJob(try IndexBuildWork(params.decode(IndexBuild.Params.self)))
  },
  IndexMerge.method: JobKind(place: .ownThread) { params in
    try IndexMergeJob(params.decode(IndexMerge.Params.self))
  },
  SAETrain.method: JobKind(place: .engine) { params in
    try SAETrainWork(params.decode(SAETrain.Params.self))
  },
  SAECheck.method: JobKind(place: .engine) { params in
    try SAECheckWork(params.decode(SAECheck.Params.self))
  },
]
