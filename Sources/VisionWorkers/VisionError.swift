/// Why the vision worker did not do what it was asked for.
package enum VisionError: Error, Equatable, CustomStringConvertible {
  case cannotStart(reason: String)
  /// It ended before it answered; `tail` is the end of what it wrote to standard error.
  case ended(during: String, ending: String, tail: String)
  case tooSlow(during: String, seconds: Double)
  case unreadable(during: String, reason: String)
  case otherProtocol(found: String, expected: Int)
  case refused(method: String, message: String)
  case cannotDo(method: String, worker: String)
  /// Another model answers than the one that it began with.
  case changed(role: String, found: String, expected: String)

  package var description: String {
    switch self {
    case .cannotStart(let reason): "the vision worker cannot be started: \(reason)"
    case .ended(let method, let ending, let tail):
      "the vision worker \(ending) before it answered \(method)"
        + (tail.isEmpty ? "" : "; the last it wrote: \(tail)")
    case .tooSlow(let method, let seconds):
      "the vision worker gave no answer to \(method) in \(seconds) s, and was ended"
    case .unreadable(let method, let reason):
      "the vision worker's answer to \(method) cannot be read, and it was ended: \(reason)"
    case .otherProtocol(let found, let expected):
      "the vision worker speaks protocol \(found), expected \(expected)"
    case .refused(let method, let message):
      "the vision worker refused \(method): \(message)"
    case .cannotDo(let method, let worker):
      "the vision worker \(worker) cannot \(method): it was started without a model for it"
    case .changed(let role, let found, let expected):
      "the vision worker is not the one that began: its model for \(role) has the digest \(found), "
        + "expected \(expected); begin anew, so that one model measures everything"
    }
  }
}
