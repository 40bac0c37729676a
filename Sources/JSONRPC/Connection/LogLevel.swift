/// How much a log line matters.
package enum LogLevel: Int, Sendable, Comparable {
  case debug, information, warning, error

  package static func < (left: LogLevel, right: LogLevel) -> Bool {
    left.rawValue < right.rawValue
  }
}
