import Glibc
import SystemReasons

/// What the system said of the last call, in its words.
struct SystemError: Error, CustomStringConvertible {
  let description: String

  init(_ code: Int32 = errno) { description = systemReason(code) }
}
