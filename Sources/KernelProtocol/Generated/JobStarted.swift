// Written by protocol/generator from protocol/openrpc.json.

/// A job was started; job/get, job/wait and job/didUpdate report on it.
package struct JobStarted: Codable, Sendable, Equatable {
  package var job: String

  package init(job: String) {
    self.job = job
  }
}
