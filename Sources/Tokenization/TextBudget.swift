/// What work on a text may take: steps and bytes, so that no file, however written, makes a text
/// run long or grow large, and a way to ask between two pieces of work whether it is still wanted.
///
/// Bytes count what is read and what is made, all together. A budget belongs to one call.
final class TextBudget {
  private static let stepsBetweenPolls = 1024
  private static let bytesBetweenPolls = 1 << 18

  /// The work, as an error names it.
  let what: String
  private let stepLimit: Int
  private let byteLimit: Int
  private let isStopped: @Sendable () -> Bool
  private var steps = 0
  private var bytes = 0
  private var nextStepPoll = stepsBetweenPolls
  private var nextBytePoll = bytesBetweenPolls

  /// - Parameters:
  ///   - what: the work, as an error names it.
  ///   - isStopped: whether the result is no longer wanted; asked every thousand steps or so.
  init(
    _ what: String, steps: Int, bytes: Int, isStopped: @escaping @Sendable () -> Bool = { false }
  ) {
    self.what = what
    stepLimit = steps
    byteLimit = bytes
    self.isStopped = isStopped
  }

  /// Throws `.overBudget` where more is spent than there is, `.stopped` where the result is no
  /// longer wanted.
  func spend(steps count: Int = 1, bytes length: Int = 0) throws(TokenizationError) {
    steps = Self.sum(steps, count)
    bytes = Self.sum(bytes, length)
    if steps >= nextStepPoll || bytes >= nextBytePoll { try poll() }
  }

  /// Asks at once whether the result is still wanted; throws as `spend` does.
  func poll() throws(TokenizationError) {
    guard steps <= stepLimit else {
      throw .overBudget(what: what, limit: "\(stepLimit) steps")
    }
    guard bytes <= byteLimit else {
      throw .overBudget(what: what, limit: "\(byteLimit) bytes of text")
    }
    if isStopped() { throw .stopped }
    nextStepPoll = min(steps + Self.stepsBetweenPolls, stepLimit + 1)
    nextBytePoll = min(bytes + Self.bytesBetweenPolls, byteLimit + 1)
  }

  private static func sum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(max(0, right))
    return overflow ? .max : sum
  }
}
