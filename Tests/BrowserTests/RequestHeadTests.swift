import Browser
import Testing

@Suite struct RequestHeadTests {
  @Test func readsARequest() throws {
    let text = """
      GET /a/b.js?token=12&x=y?z HTTP/1.1\r
      Host:  localhost:80 \r
      CONNECTION: keep-alive, Upgrade\r
      Cookie: a=1; lucarne_80=2=3\r
      X-Empty:\r
      \r\n
      """
    let head = try RequestHead(text.utf8)
    #expect(head.method == "GET")
    #expect(head.path == "/a/b.js")
    #expect(head.query == "token=12&x=y?z")
    #expect(head.queryValue(of: "token") == "12")
    #expect(head.queryValue(of: "x") == "y?z")
    #expect(head.queryValue(of: "tok") == nil)
    #expect(head.value(of: "host") == "localhost:80")
    #expect(head.value(of: "x-empty") == "")
    #expect(head.lists("upgrade", in: "connection"))
    #expect(!head.lists("close", in: "connection"))
    #expect(head.cookies(named: "lucarne_80") == ["2=3"])
    #expect(!head.hasBody)
  }

  @Test(arguments: ["Content-Length: 1", "Content-Length: x", "Transfer-Encoding: chunked"])
  func seesThatABodyFollows(field: String) throws {
    #expect(try RequestHead("GET / HTTP/1.1\r\n\(field)\r\n\r\n".utf8).hasBody)
  }

  @Test(arguments: [
    "", "\r\n\r\n", "GET /\r\n", "GET  / HTTP/1.1\r\n", "GET / HTTP/1.1 x\r\n",
    " GET / HTTP/1.1\r\n", "GE(T / HTTP/1.1\r\n", "GET index.html HTTP/1.1\r\n",
    "GET http://localhost/ HTTP/1.1\r\n", "GET //host/ HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost\r\n",
    "GET / HTTP/1.1\r\nHost : x\r\n", "GET / HTTP/1.1\r\nA: b\r\n c\r\n",
    "GET / HTTP/1.1\r\n: x\r\n", "GET / HTTP/1.1\r\nHost: a\rb\r\n", "GET /\0 HTTP/1.1\r\n",
    "GET /ä HTTP/1.1\r\n",
  ])
  func refusesWhatCouldBeReadInTwoWays(text: String) {
    #expect(throws: RequestHead.Malformed.self) { try RequestHead(text.utf8) }
  }

  @Test func refusesOtherVersionsAndFloodsOfFields() {
    #expect(throws: RequestHead.Malformed.version("HTTP/1.1 is spoken here")) {
      try RequestHead("GET / HTTP/2.0\r\n\r\n".utf8)
    }
    let flood = String(repeating: "A: b\r\n", count: 101)
    #expect(throws: RequestHead.Malformed.tooLong) {
      try RequestHead("GET / HTTP/1.1\r\n\(flood)\r\n".utf8)
    }
  }

  @Test func shownTextIsNoMarkup() {
    let response = Response(.badRequest, text: "<script>&")
    let text = String(decoding: response.bytes(), as: UTF8.self)
    #expect(text.contains("<p>&lt;script&gt;&amp;</p>"))
    #expect(String(decoding: response.bytes(isHead: true), as: UTF8.self).hasSuffix("\r\n\r\n"))
  }
}
