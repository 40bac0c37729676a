import Glibc

/// Asks Linux for one connection of TCP by its two ends (`sock_diag(7)`), where its tables would
/// have to be read whole: they are as long as the machine has connections.
enum SocketDiagnosis {
  private static let protocolNumber: Int32 = 4  // NETLINK_SOCK_DIAG
  private static let byFamily: UInt16 = 20  // SOCK_DIAG_BY_FAMILY
  private static let isRequest: UInt16 = 1  // NLM_F_REQUEST
  /// Bytes of a message's head, and where in an answer the user stands: behind the head, four
  /// bytes, both ends in 48, and three numbers.
  private static let (headLength, userPlace) = (16, 16 + 4 + 48 + 12)

  /// The user of the socket whose own address is `peer` and whose other end is `local`.
  ///
  /// - Returns: nil where there is no such socket, or the system does not answer.
  static func user(of peer: InternetAddress, to local: InternetAddress) -> UInt32? {
    let descriptor = socket(
      AF_NETLINK, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), protocolNumber)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let question = question(peer, local)
    guard unsafe send(descriptor, question, question.count, 0) == question.count else { return nil }
    // The system answers before `send` returns.
    var answer = [UInt8](repeating: 0, count: 512)
    let count = unsafe recv(descriptor, &answer, answer.count, Int32(MSG_DONTWAIT))
    guard count >= userPlace + 4, number(UInt16.self, in: answer, at: 4) == byFamily else {
      return nil
    }
    return number(UInt32.self, in: answer, at: userPlace)
  }

  /// A `nlmsghdr` and an `inet_diag_req_v2`: lengths and flags in the machine's order, ends in the
  /// network's.
  private static func question(_ peer: InternetAddress, _ local: InternetAddress) -> [UInt8] {
    var body: [UInt8] = [UInt8(peer.isIPv6 ? AF_INET6 : AF_INET), UInt8(IPPROTO_TCP), 0, 0]
    body += bytes(UInt32.max)  // in whatever state
    for port in [peer.port, local.port] { body += [UInt8(port >> 8), UInt8(port & 0xFF)] }
    for address in [peer, local] {
      body += address.bytes + [UInt8](repeating: 0, count: 16 - address.bytes.count)
    }
    // At whatever device, and whichever socket has these ends.
    body += bytes(UInt32(0)) + bytes(UInt32.max) + bytes(UInt32.max)
    return bytes(UInt32(headLength + body.count)) + bytes(byFamily) + bytes(isRequest)
      + bytes(UInt32(1)) + bytes(UInt32(0)) + body
  }

  private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    // Every machine that this runs on has the least significant byte first.
    (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }

  private static func number<Number: FixedWidthInteger>(
    _: Number.Type, in bytes: [UInt8], at place: Int
  ) -> Number {
    bytes[place..<place + Number.bitWidth / 8].reversed().reduce(0) { $0 << 8 | Number($1) }
  }
}
