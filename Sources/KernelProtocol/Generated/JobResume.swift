// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Goes on with a job that is paused, interrupted or failed.
package enum JobResume: Request {
  package static let method = "job/resume"
  package static let lane = Lane.control

  package typealias Params = JobGet.Params

  package typealias Result = Job
}
