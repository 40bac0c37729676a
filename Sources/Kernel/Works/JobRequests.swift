import Images
import JSON
import JSONRPC
import KernelProtocol

/// The methods that begin jobs. A test holds them among `KernelProtocol.allRequests`.
///
/// - Parameters:
///   - explainerKey: what explainers are asked with, if the kernel was given it.
///   - installed: the index that no job writes to.
///   - pictureLimits: what decoding a picture of an index may cost.
func jobKinds(
  explainerKey: String? = nil, installed: InstalledIndex = InstalledIndex(path: nil),
  pictureLimits: PictureLimits = PictureLimits()
) -> [String: JobKind] {
  modelJobKinds
    .merging(indexJobKinds(installed)) { first, _ in first }
    .merging(
      explanationJobKinds(
        explainerKey: explainerKey, installed: installed, pictureLimits: pictureLimits)
    ) { first, _ in first }
}

private func indexJobKinds(_ installed: InstalledIndex) -> [String: JobKind] {
  [
    IndexBuild.method: JobKind(place: .engine) { params in
      let params = try params.decode(IndexBuild.Params.self)
      try installed.refuse(writingTo: params.path)
      return IndexBuildJob(try IndexBuildWork(params))
    },
    IndexMerge.method: JobKind(place: .ownThread) { params in
      let params = try params.decode(IndexMerge.Params.self)
      try installed.refuse(writingTo: params.path)
      return try IndexMergeJob(params)
    },
  ]
}

private let modelJobKinds: [String: JobKind] = [
  SAETrain.method: JobKind(place: .engine) { params in
    try SAETrainWork(params.decode(SAETrain.Params.self))
  },
  SAECheck.method: JobKind(place: .engine) { params in
    try SAECheckWork(params.decode(SAECheck.Params.self))
  },
]
