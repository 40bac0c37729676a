import JSONRPC
import TestSupport
import Testing

@Suite struct FrameParserTests {
  private static func frame(_ body: String) -> String {
    "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  private static let stream = Array(
    (frame(#"{"a":"é😀"}"#) + frame("[]")
      + "content-type: application/json; charset=UTF-8\r\nX-Other:1\r\ncontent-length:2\r\n\r\n{}")
      .utf8)
  private static let bodies = [#"{"a":"é😀"}"#, "[]", "{}"]

  private func parse(_ pieces: [ArraySlice<UInt8>], limits: FramingLimits = FramingLimits())
    -> [FrameEvent]
  {
    var parser = FrameParser(limits: limits)
    var events: [FrameEvent] = []
    for piece in pieces { events += parser.push(piece) }
    if let last = parser.finish() { events.append(last) }
    return events
  }

  private func parse(_ text: String, limits: FramingLimits = FramingLimits()) -> [FrameEvent] {
    parse([Array(text.utf8)[...]], limits: limits)
  }

  private func bodies(_ events: [FrameEvent]) -> [String] {
    events.compactMap { event in
      guard case .body(let bytes) = event else { return nil }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  private func codes(_ events: [FrameEvent]) -> [Int] {
    events.compactMap { event in
      let failure: ResponseFailure
      switch event {
      case .rejected(let found), .oversized(let found, _): failure = found
      case .body, .fatal: return nil
      }
      return failure.code
    }
  }

  // MARK: Byte order marks

  @Test func passesOverAByteOrderMarkHoweverItFalls() {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let lines = mark + Array("{\"a\":1}\n{\"b\":2}\n".utf8)
    for cut in 0...lines.count {
      #expect(bodies(parse([lines[..<cut], lines[cut...]])) == [#"{"a":1}"#, #"{"b":2}"#])
    }
    #expect(bodies(parse(lines.map { [$0][...] })) == [#"{"a":1}"#, #"{"b":2}"#])
    #expect(bodies(parse([(mark + Self.stream)[...]])) == Self.bodies)
    var known = FrameParser(framing: .lines)
    #expect(bodies(known.push(lines[...])) == [#"{"a":1}"#, #"{"b":2}"#])
  }

  /// A mark is one at the stream's very beginning, once and whole.
  @Test(arguments: [
    [0x20, 0xEF, 0xBB, 0xBF], [0xEF, 0xBB], [0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF],
  ])
  func takesNothingElseForAMark(_ bytes: [UInt8]) {
    #expect(bodies(parse([(bytes + Array("{}\n".utf8))[...]])).isEmpty)
  }

  // MARK: However the reads fall

  @Test func readsByteByByte() {
    let pieces = Self.stream.indices.map { Self.stream[$0...$0] }
    #expect(bodies(parse(pieces)) == Self.bodies)
  }

  @Test func readsTheSameAtEverySplit() {
    let whole = parse([Self.stream[...]])
    #expect(bodies(whole) == Self.bodies)
    for first in 0...Self.stream.count {
      for second in stride(from: first, through: Self.stream.count, by: 7) {
        let pieces = [Self.stream[..<first], Self.stream[first..<second], Self.stream[second...]]
        #expect(parse(pieces) == whole)
      }
    }
  }

  @Test func readsTheSameInRandomPieces() {
    var generator = SplitMix(seed: 3)
    let lines = Array("{\"a\":1}\r\n\n  {\"b\":\"é\"}\n{\"c\":3}".utf8)
    let broken = Array(
      ("Content-Length: abc\r\n\r\n" + Self.frame("{}") + "garbage\nmore" + Self.frame("[1]")).utf8)
    for stream in [Self.stream, lines, broken] {
      let whole = parse([stream[...]])
      for _ in 0..<2000 {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        while start < stream.count {
          let end = min(stream.count, start + Int.random(in: 1...20, using: &generator))
          pieces.append(stream[start..<end])
          start = end
        }
        #expect(parse(pieces) == whole)
      }
    }
  }

  // MARK: Headers

  @Test(arguments: [
    "CONTENT-LENGTH: 2\r\n\r\n{}", "content-length:2\r\n\r\n{}", "Content-Length: \t2 \r\n\r\n{}",
    "X: y\r\nContent-Length: 2\r\nZ: \r\n\r\n{}", "Content-Length: 002\r\n\r\n{}",
    "Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: 2\r\n\r\n{}",
    "Content-Type: application/vscode-jsonrpc; charset=\"utf-8\"\r\nContent-Length: 2\r\n\r\n{}",
    "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", "\r\nContent-Length: 2\r\n\r\n{}",
    "Content-Length: 2\r\n\r\n{}\r\n",
  ])
  func acceptsHeaders(text: String) {
    let events = parse(text + Self.frame("[7]"))
    #expect(events == [.body(Array("{}".utf8)), .body(Array("[7]".utf8))])
  }

  /// Table 1.0: after a bad frame the next one is read.
  @Test(arguments: [
    "Content-Length: abc\r\n\r\n", "Content-Length: -5\r\n\r\n", "Content-Length: +5\r\n\r\n",
    "Content-Length: 0x5\r\n\r\n", "Content-Length:\r\n\r\n", "Content-Length: 1 2\r\n\r\n",
    "X-Other: 1\r\n\r\n", "Content-Length: 99999999999999999999999\r\n\r\n",
    "Content-Length: 9223372036854775807\r\n\r\n", "Content-Length: 2\r\nContent-Length: 2\r\n\r\n",
    "Content-Length: 2\r\nContent-Length: 3\r\n\r\n", "Content-Length: 2\n\n{}",
    "Content-Length: 2\nX: y\r\n\r\n{}", "no colon here\r\n\r\n", ": 5\r\n\r\n",
    "Content-Type: text/plain; charset=utf-16\r\nContent-Length: 4\r\n\r\n{}{}",
    "Content-Length: abc\r\n\r\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}",
    "Content-Length: 3\r\n\r\n", "garbage", "garbage\n", "{\"a\":1}\n", "\u{1}\u{2}\r\n\r\n",
  ])
  func goesOnBehindBadFrames(bad: String) {
    let sentinel = Self.frame("[1]") + Self.frame("[2]")
    // A stream that begins with a brace is one of lines, so a good frame comes first.
    let events = parse(Self.frame("[0]") + bad + sentinel)
    #expect(bodies(events).last == "[2]", "\(events)")
    #expect(bodies(events).first == "[0]")
  }

  @Test(arguments: [
    "Content-Length: abc\r\n\r\n", "X-Other: 1\r\n\r\n", "Content-Length: 2\n\n",
    "Content-Length: 99999999999999999999999\r\n\r\n", "no colon here\r\n\r\n",
    "Content-Type: a/b; charset=utf-16\r\nContent-Length: 2\r\n\r\n{}",
    "Content-Length: 2\r\nContent-Length: 2\r\n\r\n",
    "content-content-content-content-content-\n",
  ])
  func reportsABadFrameOnce(bad: String) {
    let events = parse(Self.frame("[0]") + bad + Self.frame("[1]"))
    #expect(codes(events) == [-32700])
    #expect(bodies(events) == ["[0]", "[1]"])
  }

  @Test(arguments: ["hello\n", "hello\r\n\r\n"])
  func saysHowAStreamBegins(text: String) {
    guard case .rejected(let failure) = parse(text).first else {
      Issue.record("\(text) was not refused")
      return
    }
    #expect(
      failure.message
        == "frame header: expected \"Content-Length: …\", or a stream of lines that each begin "
        + "with {, "
        + "found \"hello\"")
  }

  @Test func findsTheHeaderBehindAMiscountedBody() {
    // The length says 3, the body has 7 bytes: its rest runs into the next header.
    let events = parse("Content-Length: 3\r\n\r\n{\"a\":1}" + Self.frame("[1]"))
    #expect(bodies(events) == ["{\"a", "[1]"])
    #expect(codes(events) == [-32700])
  }

  // MARK: Limits

  @Test func skipsALargeBodyWithoutKeepingIt() {
    let limits = FramingLimits(body: 10)
    let events = parse(
      "Content-Length: 40\r\n\r\n"
        + String(repeating: "Content-Length: 2\r\n\r\n", count: 2)
        .prefix(40) + Self.frame("[1]"), limits: limits)
    #expect(codes(events) == [-32600])
    #expect(bodies(events) == ["[1]"])
  }

  @Test func givesUpOnAnEndlessHeader() {
    var parser = FrameParser()
    var events: [FrameEvent] = []
    for _ in 0..<5000 { events += parser.push([UInt8(ascii: "a")]) }
    #expect(events.count == 1)
    guard case .fatal = events.first else {
      Issue.record("expected a fatal event, found \(events)")
      return
    }
    #expect(parser.push(Array(Self.frame("{}").utf8)[...]).isEmpty)
  }

  // MARK: Lines

  @Test func readsLines() {
    let events = parse("{\"a\":1}\r\n\n \t\n{\"b\":\n[3]\n{\"c\":4}")
    #expect(bodies(events) == ["{\"a\":1}\r", "{\"b\":", "[3]", "{\"c\":4}"])
    #expect(codes(events).isEmpty)
  }

  @Test func skipsALongLine() {
    let events = parse(
      "{}\n" + String(repeating: "x", count: 50) + "\n[1]\n", limits: FramingLimits(body: 10))
    #expect(codes(events) == [-32600])
    #expect(bodies(events) == ["{}", "[1]"])
  }

  @Test func dropsHalfAFrameAtTheEnd() {
    #expect(bodies(parse("Content-Length: 10\r\n\r\n{\"a\":")).isEmpty)
    #expect(bodies(parse("Content-Length: 1")).isEmpty)
  }

  @Test func knowsWhetherItIsInsideAFrame() {
    var parser = FrameParser()
    #expect(!parser.isInsideFrame)
    _ = parser.push(Array("Content-Le".utf8)[...])
    #expect(parser.isInsideFrame)
    _ = parser.push(Array("ngth: 2\r\n\r\n{".utf8)[...])
    #expect(parser.isInsideFrame)
    _ = parser.push(Array("}".utf8)[...])
    #expect(!parser.isInsideFrame)
  }
}
