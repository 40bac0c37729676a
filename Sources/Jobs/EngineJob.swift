/// A work all of whose steps need the engine.
package protocol EngineJob<JobEngine>: JobWork {
  associatedtype JobEngine
  func step(_ engine: JobEngine, _ tools: JobTools) throws -> StepOutcome
}

extension EngineJob {
  package func next(_ tools: JobTools) -> JobStep<JobEngine> {
    .engine { [self] engine in try step(engine, tools) }
  }
}
