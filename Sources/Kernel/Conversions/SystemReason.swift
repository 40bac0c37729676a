import Foundation
import Glibc

/// Why the system refused something, in words: of Foundation's errors what the system said, not the error's dump.
func systemReason(of error: any Error) -> String {
  if let error = error as? SystemError { return error.description }
  let error = error as NSError
  if error.domain == NSPOSIXErrorDomain {
    return unsafe String(cString: strerror(Int32(clamping: error.code)))
  }
  if let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError {
    return systemReason(of: cause)
  }
  return error.localizedDescription
}
