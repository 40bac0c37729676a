// Written by protocol/generator from protocol/openrpc.json.

/// Every request of the kernel, in the order of `protocol/openrpc.json`.
package let allRequests: [any Request.Type] = [
  Initialize.self, Shutdown.self, Discover.self, KernelStatus.self, ModelLoad.self, SAELoad.self,
  SAESites.self, SAEFit.self, ContextOpen.self, ContextTokens.self, ContextLogits.self,
  ContextGenerate.self, ContextClose.self, PromptCheck.self, PromptOpen.self, SessionSave.self,
  SessionOpen.self, SessionExport.self, ActivationRead.self, FeatureActivations.self,
  FeatureInfo.self, FeatureExamples.self, FeatureRender.self, FeatureDashboard.self,
  AttributionCompute.self, AttributionCompare.self, AblationRun.self, SteeringGenerate.self,
  SteeringSearch.self, IndexBuild.self, IndexMerge.self, IndexOpen.self, IndexInfo.self,
  IndexSkipped.self, IndexClose.self, IndexSearch.self, IndexNeighbours.self, IndexAnnotate.self,
  ExplanationPut.self, ExplanationGet.self, ExplanationList.self, ExplanationGenerate.self,
  ExplanationDissect.self, ExplanationRefine.self, ExplanationScore.self, EvaluationRun.self,
  EvaluationJudge.self, EvaluationReport.self, SAETrain.self, SAECheck.self, JobList.self,
  JobGet.self, JobWait.self, JobCancel.self, JobPause.self, JobResume.self, JobLog.self,
]
