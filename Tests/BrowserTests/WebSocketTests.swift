import Browser
import Testing

/// Frames and handshakes are held to the examples of RFC 6455 (sections 1.3 and 5.7), digests to
/// those of RFC 3174 and FIPS 180.
@Suite struct WebSocketTests {
  private static let hello: [UInt8] = [
    0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58,
  ]

  /// A client's frame under the mask 1, 2, 3, 4.
  private static func frame(_ first: UInt8, _ body: [UInt8], length: [UInt8]? = nil) -> [UInt8] {
    let masked = body.enumerated().map { $1 ^ UInt8($0 % 4 + 1) }
    let size = length ?? [UInt8(body.count)]
    return [first, size[0] | 0x80] + size.dropFirst() + [1, 2, 3, 4] + masked
  }

  private static func events(_ bytes: [UInt8], limit: Int = 1000) -> [WebSocketParser.Event] {
    var parser = WebSocketParser(limit: limit)
    return parser.push(bytes[...])
  }

  @Test func readsTheExamplesOfTheStandard() {
    #expect(Self.events(Self.hello) == [.message(Array("Hello".utf8))])
    let ping: [UInt8] = [0x89] + Self.hello.dropFirst()
    #expect(Self.events(ping) == [.ping(Array("Hello".utf8))])
  }

  @Test func writesTheExamplesOfTheStandard() {
    let text = WebSocketFrames.text(Array("Hello".utf8))
    #expect(text == [0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F])
    let pong = WebSocketFrames.pong(Array("Hello".utf8))
    #expect(pong == [0x8A, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F])
    let body = [UInt8](repeating: 65, count: 65536)
    #expect(WebSocketFrames.text(Array(body.prefix(256))).prefix(4) == [0x81, 0x7E, 0x01, 0x00])
    let long: [UInt8] = [0x81, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0]
    #expect(WebSocketFrames.text(body) == long + body)
    #expect(WebSocketFrames.close(.binary).prefix(4).dropFirst(2) == [0x03, 0xEB])
  }

  @Test func readsTheSameHoweverTheBytesFall() {
    let message = Array("Zürich 🗺".utf8)
    let pieces =
      Self.frame(0x01, Array(message.prefix(2))) + Self.frame(0x89, [7])
      + Self.frame(0x00, []) + Self.frame(0x80, Array(message.dropFirst(2))) + Self.hello
      + Self.frame(0x88, [0x03, 0xE8])
    let expected: [WebSocketParser.Event] = [
      .ping([7]), .message(message), .message(Array("Hello".utf8)), .close(code: 1000),
    ]
    for size in 1...pieces.count {
      var parser = WebSocketParser(limit: message.count)
      let found = stride(from: 0, to: pieces.count, by: size).flatMap {
        parser.push(pieces[$0..<min($0 + size, pieces.count)])
      }
      #expect(found == expected, "in pieces of \(size)")
    }
  }

  @Test func readsEveryWidthOfALength() {
    let middle = [UInt8](repeating: 97, count: 126)
    #expect(Self.events(Self.frame(0x81, middle, length: [126, 0, 126])) == [.message(middle)])
    let long = [UInt8](repeating: 97, count: 65536)
    let length: [UInt8] = [127, 0, 0, 0, 0, 0, 1, 0, 0]
    #expect(Self.events(Self.frame(0x81, long, length: length), limit: 65536) == [.message(long)])
  }

  @Test(
    arguments: [
      (frame(0x82, [1]), 1003),
      (frame(0x81, [0xC3, 0x28]), 1007),  // a second byte that cannot follow
      (frame(0x81, [0xED, 0xA0, 0x80]), 1007),  // a surrogate
      (frame(0x81, [0xC0, 0xAF]), 1007),  // an overlong slash
      (frame(0x81, [0xE2, 0x82]), 1007),  // ends inside a character
      (frame(0x88, [0x03, 0xE8, 0xFF]), 1007),
      ([0x81, 0x01, 0x41], 1002),  // no mask
      (frame(0xC1, [65]), 1002),  // a reserved bit
      (frame(0x83, []), 1002),  // an unknown opcode
      (frame(0x80, [65]), 1002),  // nothing goes on
      (frame(0x01, [65]) + frame(0x81, [65]), 1002),  // begins inside another
      (frame(0x09, []), 1002),  // a ping in pieces
      (frame(0x89, [UInt8](repeating: 0, count: 126), length: [126, 0, 126]), 1002),
      (frame(0x81, [65], length: [126, 0, 1]), 1002),  // not the shortest way
      (frame(0x81, [65], length: [127, 0x80, 0, 0, 0, 0, 0, 0, 0]), 1002),
      (frame(0x88, [0x03]), 1002),
      (frame(0x88, [0x03, 0xED]), 1002),  // 1005 is never sent
    ] as [([UInt8], Int)])
  func refusesWhatBreaksTheRules(bytes: [UInt8], code: Int) throws {
    let found = Self.events(bytes + Self.hello)
    guard case .failed(let reason) = try #require(found.last) else {
      Issue.record("found \(found)")
      return
    }
    #expect(found.count == 1 && Int(reason.code) == code, "\(reason)")
  }

  @Test func refusesAMessageBeforeItsBytesHaveCome() {
    let refused: [WebSocketParser.Event] = [.failed(.tooLong(10))]
    let announced: [UInt8] = [0x81, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]
    #expect(Self.events(announced, limit: 10) == refused)
    #expect(Self.events(Self.frame(0x81, [UInt8](repeating: 65, count: 11)), limit: 10) == refused)
    let pieces = Self.frame(0x01, [UInt8](repeating: 65, count: 6))
    #expect(Self.events(pieces + Self.frame(0x80, [1, 2, 3, 4, 5]), limit: 10) == refused)
  }

  @Test func aReasonFitsItsFrame() {
    let reason = CloseReason(code: 4002, String(repeating: "ä", count: 100))
    #expect(reason.body.count == 2 + 122)
    #expect(String(validating: reason.body.dropFirst(2), as: UTF8.self)?.count == 61)
  }

  @Test func digestsAndAcceptsAsTheStandardsDo() {
    let hex = { (text: String) in
      SHA1.digest(of: Array(text.utf8)).map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }.joined()
    }
    #expect(hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    #expect(
      hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
        == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
    #expect(
      hex(String(repeating: "a", count: 1_000_000)) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f")
    #expect(
      WebSocketHandshake.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
  }
}
