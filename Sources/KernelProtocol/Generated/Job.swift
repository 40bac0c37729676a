package import JSON
import JSONRPC

/// Work that outlives its request: what it is, how far it is and what came of it.
package struct Job: Codable, Sendable, Equatable {
  package var job: String
  /// The request that began it, and its params.
  package var method: String
  package var params: JSONValue
  package var state: JobState
  package var progress: Progress?
  /// Why it is paused or failed, in words.
  package var message: String?
  /// Of a job that is completed.
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

  /// How far a job is, in units of its own: entries, steps, latents.
  package struct Progress: Codable, Sendable, Equatable {
    package var done: Int
    /// Absent where it is not known.
    package var total: Int?
    /// Units a second of this run.
    package var rate: Double?
    package var remainingSeconds: Double?
    package var message: String?
    /// What else can be measured on the way, such as `fvu` of a training.
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

  /// The `error.data` that a request would have had.
  package struct Failure: Codable, Sendable, Equatable {
    package var kind: String
    package var message: String

    package init(kind: String, message: String) {
      self.kind = kind
      self.message = message
    }
  }
}

package enum JobState: String, WireName {
  case queued, running, paused, completed, failed, cancelled
  /// Its process ended before it did: it can be resumed.
  case interrupted

  /// Whether nothing more happens to the job by itself.
  package var isSettled: Bool { self != .queued && self != .running }
  /// Whether `job/resume` begins it again.
  package var isResumable: Bool { [.paused, .failed, .interrupted].contains(self) }
}

/// What a request that begins a job answers at once.
package struct JobStarted: Codable, Sendable, Equatable {
  package var job: String

  package init(job: String) { self.job = job }
}

/// The params of a request about one job.
package struct JobReference: Codable, Sendable, Equatable {
  package var job: String

  package init(job: String) { self.job = job }
}

/// The notification `job/didUpdate`, for jobs begun with `subscribe`: the job as it is now, at most ten
/// times a second, and always as it ended.
package enum JobDidUpdate {
  package static let method = "job/didUpdate"
  package typealias Params = Job
}
