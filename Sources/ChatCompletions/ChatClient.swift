import Glibc

/// Asks one endpoint. Calls wait on the caller's thread; how many run at once
/// is the caller's to bound.
package struct ChatClient: Sendable {
  package let endpoint: ChatEndpoint
  package let limits: ChatLimits
  private let transport: any ChatTransport

  /// - Throws: `ChatError.unavailable` where libcurl is missing.
  package init(_ endpoint: ChatEndpoint, limits: ChatLimits = ChatLimits()) throws(ChatError) {
    self.endpoint = endpoint
    self.limits = limits
    transport = try CurlTransport()
  }

  /// Asks until there is an answer, the failure is one that asking again cannot mend,
  /// or the tries are used up.
  ///
  /// - Parameters:
  ///   - seed: of the chance in the waits, so that several askers do not return together.
  ///   - isCancelled: asked at least every 50 ms.
  /// - Throws: `ChatError` or `CancellationError`.
  package func complete(
    _ request: ChatRequest, seed: UInt64 = 0,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> ChatAnswer {
    let body = try request.body(model: endpoint.model)
    var waits = RetryWaits(limits: limits, seed: seed)
    var tries = 0
    while true {
      if isCancelled() { throw CancellationError() }
      tries += 1
      do {
        let answer = try transport.post(
          body, to: endpoint, limits: limits, isCancelled: isCancelled)
        var found = try ChatAnswer(answer, secrets: endpoint.secrets)
        found.tries = tries
        return found
      } catch let error as ChatError {
        guard error.isTransient else {
          throw tries == 1 ? error : .gaveUp(tries: tries, last: error)
        }
        guard tries < limits.tries, let seconds = waits.next(after: error) else {
          throw ChatError.gaveUp(tries: tries, last: error)
        }
        try sleep(seconds, isCancelled: isCancelled)
      }
    }
  }

  private func sleep(_ seconds: Double, isCancelled: @Sendable () -> Bool) throws {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    while clock.now < end {
      if isCancelled() { throw CancellationError() }
      let left = (end - clock.now) / .milliseconds(1)
      usleep(UInt32(min(max(left, 0), 50) * 1000))
    }
  }
}
