/// What a pump and its server say to each other beside the client's messages: a pump begins with a
/// zero byte, and is told the session's exit code at the end, by a zero byte and the code. No
/// message holds a zero byte.
package struct PumpTrailer: Sendable {
  /// What a pump sends first.
  package static let greeting: UInt8 = 0

  /// What its server sends last.
  package static func bytes(code: Int32) -> [UInt8] { [0, UInt8(truncatingIfNeeded: code)] }

  private var hasBegun = false
  /// The exit code, once it has come.
  package private(set) var code: Int32?

  package init() {}

  /// Takes what the server sent.
  /// - Returns: what of it is the client's.
  package mutating func push(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard hasBegun else {
      guard let start = bytes.firstIndex(of: 0) else { return bytes }
      hasBegun = true
      _ = push(bytes[(start + 1)...])
      return bytes[..<start]
    }
    code = code ?? bytes.first.map(Int32.init)
    return []
  }
}
