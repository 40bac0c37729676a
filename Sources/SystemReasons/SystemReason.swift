internal import FoundationEssentials
internal import Glibc

/// What the last call of the system failed for, in its words.
package func systemReason(_ code: Int32 = errno) -> String {
  guard let text = unsafe strerror(code) else { return "unknown reason" }
  return unsafe String(cString: text)
}

/// Why something was refused, in words. Foundation's errors describe themselves by a dump of their
/// fields: of those it is what the system said, or what their code stands for. All others say what
/// they describe themselves as.
package func systemReason(of error: any Error) -> String {
  switch error {
  case let error as POSIXError: return systemReason(error.code.rawValue)
  case let error as CocoaError:
    return error.underlying.map(systemReason) ?? meaning(of: error.code)
  case let error as DecodingError: return reason(of: error)
  case let error as EncodingError:
    guard case .invalidValue(_, let context) = error else { return "a value cannot be written" }
    return "\(name(of: context.codingPath)) cannot be written"
  default: return "\(error)"
  }
}

private func meaning(of code: CocoaError.Code) -> String {
  switch code {
  case .fileNoSuchFile, .fileReadNoSuchFile: systemReason(ENOENT)
  case .fileReadNoPermission, .fileWriteNoPermission: systemReason(EACCES)
  case .fileWriteFileExists: systemReason(EEXIST)
  case .fileWriteOutOfSpace: systemReason(ENOSPC)
  case .fileWriteVolumeReadOnly: systemReason(EROFS)
  case .fileReadTooLarge: systemReason(EFBIG)
  case .fileReadInvalidFileName, .fileWriteInvalidFileName: "the name is none that a file can have"
  case .fileReadCorruptFile: "the file is damaged"
  case .fileReadInapplicableStringEncoding, .fileReadUnknownStringEncoding:
    "the file is not UTF-8 text"
  default: "the system refused it, without saying why (code \(code.rawValue))"
  }
}

private func reason(of error: DecodingError) -> String {
  switch error {
  case .keyNotFound(let key, let context):
    let place = context.codingPath.isEmpty ? "" : " in \(name(of: context.codingPath))"
    return "key \(key.stringValue) is missing\(place)"
  case .typeMismatch(let type, let context):
    return "\(name(of: context.codingPath)) is not of the type \(type)"
  case .valueNotFound(let type, let context):
    return "\(name(of: context.codingPath)) is null, \(type) expected"
  case .dataCorrupted(let context):
    return context.codingPath.isEmpty
      ? "not valid JSON" : "\(name(of: context.codingPath)): \(context.debugDescription)"
  @unknown default: return "it cannot be read"
  }
}

private func name(of path: [any CodingKey]) -> String {
  path.isEmpty ? "the whole" : "key " + path.map(\.stringValue).joined(separator: ".")
}
