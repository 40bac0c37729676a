/// A work none of whose steps needs the engine.
package protocol ThreadJob: JobWork {
  func step(_ tools: JobTools) throws -> StepOutcome
}

extension ThreadJob {
  package func next(_ tools: JobTools) -> JobStep<JobEngine> {
    .ownThread { [self] in try step(tools) }
  }
}
