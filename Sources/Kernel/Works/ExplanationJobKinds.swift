import Images
import JSON
import JSONRPC
import KernelProtocol

/// The jobs about explanations.
/// - Parameters:
///   - explainerKey: what endpoints are asked with; nil where none was given to the kernel.
///   - installed: the index that no job writes to.
///   - pictureLimits: what decoding a picture of an index may cost.
func explanationJobKinds(
  explainerKey: String?, installed: InstalledIndex, pictureLimits: PictureLimits
) -> [String: JobKind] {
  [
    IndexAnnotate.method: JobKind(place: .engine) {
      let params: IndexAnnotate.Params = try $0.decode()
      try installed.refuse(writingTo: params.index)
      return try AnnotateJob(params)
    },
    ExplanationDissect.method: JobKind(place: .engine) {
      let params: ExplanationDissect.Params = try $0.decode()
      if let index = params.index { try installed.refuse(writingTo: index) }
      return try DissectJob(params)
    },
    ExplanationScore.method: JobKind(place: .engine) {
      let params: ExplanationScore.Params = try $0.decode()
      try installed.refuse(writingTo: params.index)
      return try ScoreJob(params)
    },
    ExplanationGenerate.method: JobKind(place: .ownThread) {
      let params: ExplanationGenerate.Params = try $0.decode()
      try installed.refuse(writingTo: params.index)
      return try GenerateJob(params, key: explainerKey, pictureLimits: pictureLimits)
    },
  ]
}
