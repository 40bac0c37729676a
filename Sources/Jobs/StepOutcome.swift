package import JSON

/// What came of a step.
package enum StepOutcome: Sendable {
  case more
  /// There is nothing to do yet, because something outside is slow.
  case waiting
  /// The job rests until `job/resume`, for a reason in words.
  case pause(String)
  case done(JSONValue)
}
