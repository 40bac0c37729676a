// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Ends a job at its next step; what it did so far stays.
package enum JobCancel: Request {
  package static let method = "job/cancel"
  package static let lane = Lane.control

  package typealias Params = JobGet.Params

  package typealias Result = Job
}
