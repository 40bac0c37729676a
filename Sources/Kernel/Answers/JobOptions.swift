import JSONRPC

/// What every request that begins or resumes a job takes beside its own params.
struct JobOptions: Decodable {
  /// Whether `job/didUpdate` is sent to this client.
  private var subscribe: Bool?

  /// - Throws: `WireError`.
  static func subscribes(_ call: Call) throws -> Bool {
    try call.params.decode(Self.self).subscribe ?? false
  }
}
