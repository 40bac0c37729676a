import KernelProtocol
import SystemReasons

/// The bytes that a `data:` address holds.
enum DataAddress {
  static func isOne(_ uri: String) -> Bool { uri.prefix(5).lowercased() == "data:" }

  /// - Throws: `DomainError` of kind `imageUnreadable`.
  static func bytes(_ uri: String) throws(DomainError) -> [UInt8] {
    guard let comma = uri.firstIndex(of: ","),
      uri[..<comma].lowercased().hasSuffix(";base64"),
      let bytes = Base64.decode(String(uri[uri.index(after: comma)...]))
    else {
      throw DomainError(
        .imageUnreadable,
        "the image's address is \(quoted(String(uri.prefix(40)))), expected "
          + "\"data:image/png;base64,\" and base64"
      )
    }
    return bytes
  }
}
