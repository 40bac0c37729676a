// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Lets a job rest at its next step, until job/resume.
package enum JobPause: Request {
  package static let method = "job/pause"
  package static let lane = Lane.control

  package typealias Params = JobGet.Params

  package typealias Result = Job
}
