import JSON
import JSONRPC

/// Prints what a job found: as JSON, or as lines for people.
func tellResult(_ result: some Encodable, asJSON: Bool, _ lines: () throws -> [String]) throws {
  guard asJSON else {
    for line in try lines() { tell(line) }
    return
  }
  tell(String(decoding: try JSONValue(encoding: result).bytes(), as: UTF8.self))
}
