// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Lines of a job's log.
package enum JobLog: Request {
  package static let method = "job/log"
  package static let lane = Lane.control

  package struct Params: Codable, Sendable, Equatable {
    package var job: String
    /// The first line, from 0; absent: 0.
    package var from: Int?
    /// Absent: 100.
    package var lines: Int?

    package init(job: String, from: Int? = nil, lines: Int? = nil) {
      self.job = job
      self.from = from
      self.lines = lines
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      job = try members.decode(String.self, forKey: .job)
      from = try members.optionalInteger(.from, in: 0...2_147_483_647)
      lines = try members.optionalInteger(.lines, in: 0...Int.max)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var lines: [String]
    /// The line after the last one given.
    package var next: Int

    package init(lines: [String], next: Int) {
      self.lines = lines
      self.next = next
    }
  }
}
