/// The notification `job/didUpdate`, for jobs begun with `subscribe`: the job as it is now, at most
/// ten times a second, and always as it ended.
package enum JobDidUpdate {
  package static let method = "job/didUpdate"
  package typealias Params = Job
}
