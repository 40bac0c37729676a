/// How long a server is waited for, and how much is read of it.
package struct ChatLimits: Sendable, Equatable {
  package var connectSeconds: Double
  /// For one try, from the first byte sent to the last read; endless streams end
  /// here or at `answerBytes`.
  package var requestSeconds: Double
  /// Bytes of one answer's body.
  package var answerBytes: Int
  /// How many times a question is asked at most, the first included.
  package var tries: Int
  /// Seconds before the second try; doubled for each further one, half of it by chance.
  package var firstWait: Double
  /// Seconds between two tries at most. A server that asks for more is not asked again.
  package var longestWait: Double

  package init(
    connectSeconds: Double = 10, requestSeconds: Double = 300, answerBytes: Int = 4 << 20,
    tries: Int = 5, firstWait: Double = 1, longestWait: Double = 60
  ) {
    self.connectSeconds = connectSeconds
    self.requestSeconds = requestSeconds
    self.answerBytes = answerBytes
    self.tries = tries
    self.firstWait = firstWait
    self.longestWait = longestWait
  }
}
