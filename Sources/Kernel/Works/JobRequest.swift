package import Jobs
package import KernelProtocol

/// A request that begins a job.
package protocol JobRequest: Request {
  /// The work of one such job.
  /// - Throws: where the params cannot be: the request is refused with it.
  static func work(_ params: Params, _ settings: JobSettings) throws -> any JobWork<Engine>
}

extension JobRequest {
  static func kind(_ settings: JobSettings) -> JobKind<Engine> {
    JobKind(Self.self) { try work($0, settings) }
  }
}
