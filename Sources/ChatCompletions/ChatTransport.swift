/// What carries a posted body to a server and its answer back.
protocol ChatTransport: Sendable {
  /// - Throws: `ChatError` for what is wrong below HTTP, `CancellationError`.
  func post(
    _ body: [UInt8], to endpoint: ChatEndpoint, limits: ChatLimits,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws -> HTTPAnswer
}

/// A server's answer, whatever its status.
struct HTTPAnswer: Sendable {
  var status: Int
  var contentType: String
  /// Where a redirect points.
  var location: String
  /// Seconds the server asks to wait.
  var retryAfter: Double?
  var body: [UInt8]
}
