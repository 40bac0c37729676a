import Browser
import Testing

@Suite struct AccessTests {
  private static func head(_ lines: String...) throws -> RequestHead {
    try RequestHead((["GET /kernel HTTP/1.1"] + lines).joined(separator: "\r\n").utf8)
  }

  @Test(arguments: [
    ("127.0.0.1:8080", "127.0.0.1", 8080, true), ("localhost:0", "127.0.0.1", 0, true),
    ("[::1]:80", "[::1]", 80, true), ("0.0.0.0:1", "0.0.0.0", 1, false),
    ("[2001:db8::A]:65535", "[2001:db8::a]", 65535, false), ("127.9.9.9:1", "127.9.9.9", 1, true),
  ])
  func readsAnAddress(text: String, host: String, port: Int, isLoopback: Bool) throws {
    let address = try #require(InternetAddress(text))
    #expect(address.host == host)
    #expect(Int(address.port) == port)
    #expect(address.isLoopback == isLoopback)
  }

  @Test(arguments: [
    "", "127.0.0.1", "127.0.0.1:", ":80", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1",
    "::1:80", "[::1]", "[127.0.0.1]:80", "[localhost]:80", "example.org:80", "127.1:80",
    "127.0.0.1:8O", " 127.0.0.1:80",
  ])
  func refusesWhatIsNoAddress(text: String) {
    #expect(InternetAddress(text) == nil)
  }

  @Test func aSecretIsKnownByItselfAlone() {
    let secret = Secret()
    #expect(secret.isKnown(by: secret.text))
    for place in secret.text.indices {
      for digit in "0123456789abcdef" where digit != secret.text[place] {
        let other =
          secret.text[..<place] + "\(digit)" + secret.text[secret.text.index(after: place)...]
        #expect(!secret.isKnown(by: String(other)))
      }
    }
    let guesses = (0..<20_000).filter { _ in secret.isKnown(by: Secret().text) }
    #expect(guesses.isEmpty)
    #expect(!secret.isKnown(by: "") && !secret.isKnown(by: String(secret.text.dropLast())))
  }

  /// Lines as Linux wrote them for connections of users 0, 1000 and 33.
  private static let table = """
      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
       0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 23 1
       1: 0100007F:BC2A 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 24 1
       2: 0100007F:BC2A 0100007F:1F91 01 00000000:00000000 00:00000000 00000000    33        0 25 1
    """

  @Test func findsWhoseTheOtherEndIs() throws {
    let peer = try #require(InternetAddress("127.0.0.1:48170"))
    let local = try #require(InternetAddress("127.0.0.1:8080"))
    let other = try #require(InternetAddress("127.0.0.1:8081"))
    #expect(PeerUser.user(of: peer, to: local, in: Self.table) == 1000)
    #expect(PeerUser.user(of: peer, to: other, in: Self.table) == 33)
    #expect(PeerUser.user(of: local, to: peer, in: Self.table) == nil)
  }

  @Test func onlyItsOwnNamesLeadToIt() throws {
    let door = Door(port: 8080)
    let local = try #require(InternetAddress("127.0.0.1:8080"))
    for name in ["127.0.0.1:8080", "LOCALHOST:8080", "[::1]:8080"] {
      #expect(door.isNamed(in: try Self.head("Host: \(name)"), local: local), "\(name)")
    }
    for name in ["127.0.0.1", "127.0.0.1:80", "example.org:8080", "localhost.example.org:8080"] {
      #expect(!door.isNamed(in: try Self.head("Host: \(name)"), local: local), "\(name)")
    }
    #expect(!door.isNamed(in: try Self.head(), local: local))
    let twice = try Self.head("Host: localhost:8080", "Host: localhost:8080")
    #expect(!door.isNamed(in: twice, local: local))
    let reached = try #require(InternetAddress("192.0.2.1:8080"))
    #expect(door.isNamed(in: try Self.head("Host: 192.0.2.1:8080"), local: reached))
    #expect(!door.isNamed(in: try Self.head("Host: localhost:8080"), local: reached))
  }

  @Test func aTokenLetsOneBrowserInOnce() throws {
    let door = Door(port: 8080)
    let token = door.currentToken
    #expect(token.utf8.count == 64)
    #expect(door.admit(String(token.dropLast())) == nil)
    let field = try #require(door.admit(token))
    #expect(door.admit(token) == nil)
    #expect(door.currentToken != token)
    let pair = try #require(field.split(separator: ";").first)
    #expect(pair.hasPrefix("lucarne_8080="))
    #expect(field.hasSuffix("; Path=/; HttpOnly; SameSite=Strict"))
    #expect(door.isKnown(try Self.head("Cookie: a=b; \(pair)")))
    #expect(!door.isKnown(try Self.head("Cookie: a=b; \(pair.dropLast())0x")))
    #expect(!door.isKnown(try Self.head("Cookie: lucarne_8080=")))
    #expect(!Door(port: 8080).isKnown(try Self.head("Cookie: \(pair)")))
  }
}
