// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Waits until a job is neither queued nor running, or a time is over: the job as it is then.
package enum JobWait: Request {
  package static let method = "job/wait"
  package static let lane = Lane.waiting
  package static let isLong = true

  package struct Params: Codable, Sendable, Equatable {
    package var job: String
    /// Absent: 60000.
    package var timeoutMs: Int?

    package init(job: String, timeoutMs: Int? = nil) {
      self.job = job
      self.timeoutMs = timeoutMs
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      job = try members.decode(String.self, forKey: .job)
      timeoutMs = try members.optionalInteger(.timeoutMs, in: 0...86_400_000)
    }
  }

  package typealias Result = Job
}
