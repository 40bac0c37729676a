/// When notifications of one kind are due: nothing in the first 300 ms of a
/// request, then one each 100 ms.
package struct NotificationPace: Sendable {
  package static let quietTime = Duration.milliseconds(300)
  package static let interval = Duration.milliseconds(100)

  private let start: ContinuousClock.Instant
  private var last: ContinuousClock.Instant?

  /// - Parameter start: when the request began.
  package init(start: ContinuousClock.Instant = .now) { self.start = start }

  /// Whether one is due at a moment.
  package func isDue(at now: ContinuousClock.Instant = .now) -> Bool {
    guard let last else { return now - start >= Self.quietTime }
    return now - last >= Self.interval
  }

  /// One goes out at a moment.
  package mutating func send(at now: ContinuousClock.Instant = .now) { last = now }
}
