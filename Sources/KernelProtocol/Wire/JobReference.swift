/// The params of the requests about one job, which ask for the same: `job/get`, `job/cancel`,
/// `job/pause` and `job/resume`.
package typealias JobReference = JobGet.Params
