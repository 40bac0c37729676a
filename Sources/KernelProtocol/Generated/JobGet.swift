// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// The job as it is now.
package enum JobGet: Request {
  package static let method = "job/get"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    package var job: String

    package init(job: String) {
      self.job = job
    }
  }

  package typealias Result = Job
}
