import KernelProtocol

/// The requests that begin jobs: the only list of them. A test holds it among
/// `KernelProtocol.allRequests`.
let jobRequests: [any JobRequest.Type] = [
  IndexBuild.self, IndexMerge.self, IndexAnnotate.self,
  ExplanationGenerate.self, ExplanationDissect.self, ExplanationScore.self,
  SAETrain.self, SAECheck.self,
]
