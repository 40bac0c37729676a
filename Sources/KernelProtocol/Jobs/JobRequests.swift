package import JSONRPC

/// The job as it is now.
package enum JobGet: Request {
  package static let method = "job/get"
  package static let lane = Lane.control
  package typealias Params = JobReference
  package typealias Result = Job
}

/// Ends a job; what it did so far stays.
package enum JobCancel: Request {
  package static let method = "job/cancel"
  package static let lane = Lane.control
  package typealias Params = JobReference
  package typealias Result = Job
}

/// Lets a job rest at its next step, until `job/resume`.
package enum JobPause: Request {
  package static let method = "job/pause"
  package static let lane = Lane.control
  package typealias Params = JobReference
  package typealias Result = Job
}

/// Goes on with a job that is paused, interrupted or failed.
package enum JobResume: Request {
  package static let method = "job/resume"
  package static let lane = Lane.control
  package typealias Params = JobReference
  package typealias Result = Job
}
