package import JSON

/// How much one client may ask for at a time.
package struct ConnectionLimits: Sendable, Equatable {
  package var framing: FramingLimits
  package var json: JSONLimits
  /// Requests that wait for the engine; the next is refused with kind `busy`.
  package var queuedRequests: Int
  /// Requests that wait for the control thread, and for the index thread.
  package var queuedControlRequests: Int
  /// Requests that wait on threads of their own.
  package var waitingRequests: Int
  /// Bytes of requests that are not answered; beyond them the next is refused with kind `busy`,
  /// unless it is the only one.
  package var openBytes: Int
  /// Bytes of output that the client has not read; beyond them it is taken for dead.
  package var unreadOutput: Int

  package init(
    framing: FramingLimits = FramingLimits(), json: JSONLimits = JSONLimits(),
    queuedRequests: Int = 1024, queuedControlRequests: Int = 16_384,
    waitingRequests: Int = 64, openBytes: Int = .max, unreadOutput: Int = 256 << 20
  ) {
    self.framing = framing
    self.json = json
    self.queuedRequests = queuedRequests
    self.queuedControlRequests = queuedControlRequests
    self.waitingRequests = waitingRequests
    self.openBytes = openBytes
    self.unreadOutput = unreadOutput
  }

  /// For one client of many: none of them may take the memory or the threads of all.
  package static let shared = ConnectionLimits(
    waitingRequests: 16, openBytes: 128 << 20, unreadOutput: 64 << 20)

  /// How many requests may wait for a lane.
  func requests(in lane: Lane) -> Int {
    switch lane {
    case .engine: queuedRequests
    case .immediate, .control, .index: queuedControlRequests
    case .waiting: waitingRequests
    }
  }
}
