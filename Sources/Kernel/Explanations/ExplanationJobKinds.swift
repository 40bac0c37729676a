import JSON
import JSONRPC
import KernelProtocol

/// The jobs about explanations.
/// - Parameter explainerKey: what endpoints are asked with; nil where none was given to the kernel.
func explanationJobKinds(explainerKey: String?) -> [String: JobKind] {
  [
    IndexAnnotate.method: JobKind(place: .engine) { try AnnotateJob($0.decode()) },
    ExplanationDissect.method: JobKind(place: .engine) { try DissectJob($0.decode()) },
    ExplanationScore.method: JobKind(place: .engine) { try ScoreJob($0.decode()) },
    ExplanationGenerate.method: JobKind(place: .ownThread) {
      try GenerateJob($0.decode(), key: explainerKey)
    },
  ]
}
