import Glibc

/// An address of IPv4 or IPv6 with a port.
package struct InternetAddress: Sendable, Equatable {
  /// 4 or 16 bytes, the most significant first.
  package let bytes: [UInt8]
  package var port: UInt16

  /// - Parameter text: `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`, which is the first.
  /// - Returns: nil where it is none of these: names are not looked up.
  package init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let port = UInt16(digits)
    else { return nil }
    self.port = port
    let host = text[..<colon]
    let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
    let name = isBracketed ? String(host.dropFirst().dropLast()) : String(host)
    var found = [UInt8](repeating: 0, count: isBracketed ? 16 : 4)
    let number = name == "localhost" && !isBracketed ? "127.0.0.1" : name
    guard unsafe inet_pton(isBracketed ? AF_INET6 : AF_INET, number, &found) == 1 else {
      return nil
    }
    bytes = found
  }

  /// Where a socket is at this end.
  static func local(of descriptor: Int32) -> InternetAddress? {
    unsafe InternetAddress(of: descriptor) { unsafe getsockname($0, $1, $2) }
  }

  /// Where a socket is at the other end.
  static func peer(of descriptor: Int32) -> InternetAddress? {
    unsafe InternetAddress(of: descriptor) { unsafe getpeername($0, $1, $2) }
  }

  private init?(
    of descriptor: Int32,
    asking call: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) {
    var storage = [UInt8](repeating: 0, count: MemoryLayout<sockaddr_storage>.size)
    var length = socklen_t(storage.count)
    let error = unsafe storage.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return Int32(-1) }
      return unsafe call(descriptor, base.assumingMemoryBound(to: sockaddr.self), &length)
    }
    guard error == 0 else { return nil }
    // The family, in the machine's order, then the port and the address in the network's.
    switch Int32(storage[0]) | Int32(storage[1]) << 8 {
    case AF_INET: bytes = Array(storage[4..<8])
    case AF_INET6: bytes = Array(storage[8..<24])
    default: return nil
    }
    port = UInt16(storage[2]) << 8 | UInt16(storage[3])
  }

  package var isIPv6: Bool { bytes.count == 16 }

  /// Whether it can be reached from this machine alone.
  package var isLoopback: Bool {
    isIPv6 ? bytes == [UInt8](repeating: 0, count: 15) + [1] : bytes[0] == 127
  }

  /// The address as it stands in an `http://` address, without the port.
  package var host: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    unsafe inet_ntop(isIPv6 ? AF_INET6 : AF_INET, bytes, &text, socklen_t(text.count))
    let name = String(
      decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return isIPv6 ? "[\(name)]" : name
  }

  /// The address as Linux' tables of connections have it: words in the machine's order.
  var tableKey: String {
    let words = stride(from: 0, to: bytes.count, by: 4).map { start in
      Self.hexadecimal(bytes[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }, 8)
    }
    return words.joined() + ":" + Self.hexadecimal(UInt32(port), 4)
  }

  private static func hexadecimal(_ number: UInt32, _ digits: Int) -> String {
    let text = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: digits - text.count) + text
  }

  /// Calls `body` with the address as the system takes it.
  func withAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    let family = UInt16(isIPv6 ? AF_INET6 : AF_INET)
    let start = [
      UInt8(family & 0xFF), UInt8(family >> 8), UInt8(port >> 8), UInt8(port & 0xFF),
    ]
    let rest = [UInt8](repeating: 0, count: isIPv6 ? 4 : 8)
    let whole = isIPv6 ? start + rest + bytes + [0, 0, 0, 0] : start + bytes + rest
    return unsafe whole.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress else { return Int32(-1) }
      return unsafe body(base.assumingMemoryBound(to: sockaddr.self), socklen_t(buffer.count))
    }
  }
}
