// Written by protocol/generator from protocol/openrpc.json.

package import JSON

/// Work that outlives its request: what it is, how far it is and what came of it.
package struct Job: Codable, Sendable, Equatable {
  package var job: String
  /// The request that began it.
  package var method: String
  package var params: JSONValue
  package var state: JobState
  package var progress: Progress?
  /// Why it is paused or failed, in words.
  package var message: String?
  /// Of a job that is completed; its shape is given by the method that started it.
  package var result: JSONValue?
  /// Of a job that failed.
  package var error: Failure?
  /// Seconds since 1970.
  package var created: Double
  package var started: Double?
  package var ended: Double?

  package init(
    job: String, method: String, params: JSONValue, state: JobState, progress: Progress? = nil,
    message: String? = nil, result: JSONValue? = nil, error: Failure? = nil, created: Double,
    started: Double? = nil, ended: Double? = nil
  ) {
    self.job = job
    self.method = method
    self.params = params
    self.state = state
    self.progress = progress
    self.message = message
    self.result = result
    self.error = error
    self.created = created
    self.started = started
    self.ended = ended
  }

  /// What error.data of a request would have contained.
  package struct Failure: Codable, Sendable, Equatable {
    package var kind: String
    package var message: String

    package init(kind: String, message: String) {
      self.kind = kind
      self.message = message
    }
  }

  /// How far a job is, in units of its own: entries, steps, latents.
  package struct Progress: Codable, Sendable, Equatable {
    /// In units of its own: entries, steps, latents.
    package var done: Int
    /// Absent where it is not known.
    package var total: Int?
    /// Units a second of this run.
    package var rate: Double?
    package var remainingSeconds: Double?
    package var message: String?
    /// What else can be measured on the way, such as fvu of a training.
    package var metrics: [String: Double]?

    package init(
      done: Int, total: Int? = nil, rate: Double? = nil, remainingSeconds: Double? = nil,
      message: String? = nil, metrics: [String: Double]? = nil
    ) {
      self.done = done
      self.total = total
      self.rate = rate
      self.remainingSeconds = remainingSeconds
      self.message = message
      self.metrics = metrics
    }
  }
}
