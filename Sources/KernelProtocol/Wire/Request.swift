package import JSONRPC

/// One method of the kernel: its name, where it runs, what it takes and what it gives.
package protocol Request: Sendable {
  associatedtype Params: Codable & Sendable & Equatable
  associatedtype Result: Codable & Sendable & Equatable

  static var method: String { get }
  static var lane: Lane { get }
  /// Whether it may take long enough for progress and a deadline to be worth a client's while.
  static var isLong: Bool { get }
  /// The member of the result whose items can be sent as they are found, if any.
  static var partialResults: String? { get }
}

extension Request {
  package static var isLong: Bool { false }
  package static var partialResults: String? { nil }
}

/// No params, or no result.
package struct Empty: Codable, Sendable, Equatable {
  package init() {}
}
