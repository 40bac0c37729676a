internal import Glibc

/// Sees to it that the searches in one text are asked often enough whether they are still wanted,
/// and that they pay for looking ahead, which the engine does not count: one place of a text may
/// look through all the rest, as `(?>.*)x` does.
///
/// When to ask follows from the text alone. What to charge is measured as processor time, since
/// sound expressions look only a few characters ahead.
struct SearchMeter {
  /// Characters looked at between two questions, if every place looks through the whole rest: some
  /// hundredths of a second.
  private static let looks = 1 << 22
  private static let widestWindow = 4096
  /// Fifty times what sound expressions take for a character's budget.
  private static let nanosecondsPerStep = 32

  private var looksAhead = 0
  private var time: Int

  /// For the searches in a text of `length` bytes.
  init(length: Int) {
    // Shorter texts never come to reading the clock again.
    time = length < 1024 ? 0 : Self.processorTime()
  }

  /// How many places to try at once where `rest` bytes of the text are left.
  static func places(before rest: Int) -> Int {
    max(1, min(widestWindow, looks / (rest + 1)))
  }

  /// Counts the `places` of a search that had `rest` bytes before it; throws as `TextBudget` does.
  mutating func count(places: Int, rest: Int, _ budget: TextBudget) throws(TokenizationError) {
    looksAhead += places * (rest + 1)
    guard looksAhead >= Self.looks else { return }
    looksAhead = 0
    let now = Self.processorTime()
    try budget.spend(steps: (now - time) / Self.nanosecondsPerStep)
    time = now
    try budget.poll()
  }

  /// Of this thread, in nanoseconds.
  private static func processorTime() -> Int {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
