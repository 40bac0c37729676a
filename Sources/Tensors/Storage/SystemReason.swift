import FoundationEssentials
import Glibc

/// Why something failed, in words for people: what an error of ours says, or what the system said beneath an error of Foundation's,
/// never the error's dump.
package func systemReason(of error: any Error) -> String {
  switch error {
  case let error as POSIXError: return unsafe String(cString: strerror(error.code.rawValue))
  case let error as CocoaError:
    if let cause = error.underlying { return systemReason(of: cause) }
    return cocoaReason(error.code)
  case let error as DecodingError: return decodingReason(error)
  case let error as any CustomStringConvertible: return error.description
  default: return "an error of the kind \(type(of: error))"
  }
}

private func cocoaReason(_ code: CocoaError.Code) -> String {
  switch code {
  case .fileNoSuchFile, .fileReadNoSuchFile: "there is no such file or folder"
  case .fileReadNoPermission, .fileWriteNoPermission: "permission is denied"
  case .fileWriteFileExists: "something of that name is there already"
  case .fileWriteOutOfSpace: "the disk is full"
  case .fileWriteVolumeReadOnly: "the file system is read-only"
  case .fileReadInapplicableStringEncoding, .fileReadCorruptFile: "it is not valid UTF-8 text"
  default: "the system's error has the number \(code.rawValue)"
  }
}

private func decodingReason(_ error: DecodingError) -> String {
  let (context, what): (DecodingError.Context, String)
  switch error {
  case .keyNotFound(let key, let found):
    (context, what) = (found, "\"\(key.stringValue)\" is missing")
  case .typeMismatch(let type, let found), .valueNotFound(let type, let found):
    (context, what) = (found, "expected \(type)")
  case .dataCorrupted(let found): (context, what) = (found, found.debugDescription)
  @unknown default: return "it cannot be decoded"
  }
  let path = context.codingPath.map(\.stringValue).joined(separator: ".")
  return path.isEmpty ? what : "\(path): \(what)"
}
