internal import JSON

/// Cuts a stream of bytes into frames, however the reads fall.
///
/// The first byte that is no white space decides for the whole stream: `{` (or `[`) means one
/// message a line, anything else means Base Protocol frames, `Content-Length: N\r\n\r\n` + N bytes.
/// A mark of UTF-8's byte order before it is passed over.
/// A bad frame is reported once and the stream goes on behind it. A value type without any clock or
/// descriptor: bytes in, events out.
package struct FrameParser: Sendable {
  package enum Framing: Sendable, Equatable {
    case headers, lines
  }

  private enum State {
    /// So much of a byte order mark, or all that may be before the first byte.
    case undecided(marked: Int)
    case line([UInt8])
    /// A line over the limit; dropped up to its end.
    case longLine
    case header([UInt8])
    case body(remaining: Int, [UInt8])
    case skipping(remaining: Int)
    /// As `skipping`, after the beginning has been collected.
    case oversized(remaining: Int, beginning: [UInt8])
    /// Looking for the next field that a header can begin with, after one that made no sense.
    case lost(matched: Int)
    case ended
  }

  /// Bytes of a frame that is skipped in which its id is looked for.
  static let beginningBytes = 4096

  private let limits: FramingLimits
  private var state = State.undecided(marked: 0)

  /// The framing, once the stream's first byte is known.
  package private(set) var framing: Framing?

  /// - Parameter framing: what the stream is known to be; nil: its first byte decides.
  package init(limits: FramingLimits = FramingLimits(), framing: Framing? = nil) {
    self.limits = limits
    self.framing = framing
    switch framing {
    case nil, .lines: state = .undecided(marked: 0)
    case .headers: state = .header([])
    }
  }

  /// Whether a frame has begun and not ended.
  package var isInsideFrame: Bool {
    switch state {
    case .undecided, .lost, .ended: false
    case .line(let bytes), .header(let bytes): !bytes.isEmpty
    case .longLine, .body, .skipping, .oversized: true
    }
  }

  /// Takes the next bytes of the stream and returns what they complete, in order.
  package mutating func push(_ bytes: ArraySlice<UInt8>) -> [FrameEvent] {
    var rest = bytes
    var events: [FrameEvent] = []
    while !rest.isEmpty {
      switch state {
      case .undecided(let marked): decide(&rest, marked: marked)
      case .line(var line):
        state = .ended
        takeLine(&line, from: &rest, events: &events)
      case .longLine:
        guard let end = rest.firstIndex(of: Ascii.lineFeed) else { return events }
        rest = rest[(end + 1)...]
        state = .line([])
      case .header(var header):
        state = .ended
        takeHeader(&header, from: &rest, events: &events)
      case .body(let remaining, var body):
        state = .ended
        takeBody(&body, remaining: remaining, from: &rest, events: &events)
      case .skipping(let remaining):
        let count = min(remaining, rest.count)
        rest = rest.dropFirst(count)
        state = count == remaining ? .header([]) : .skipping(remaining: remaining - count)
      case .oversized(let remaining, var beginning):
        let piece = rest.prefix(min(remaining, Self.beginningBytes - beginning.count))
        rest = rest.dropFirst(piece.count)
        beginning += piece
        let left = remaining - piece.count
        guard left == 0 || beginning.count == Self.beginningBytes else {
          state = .oversized(remaining: left, beginning: beginning)
          continue
        }
        events.append(.oversized(oversize("body", limits.body), beginning: beginning))
        state = left == 0 ? .header([]) : .skipping(remaining: left)
      case .lost(let matched): search(&rest, matched: matched)
      case .ended: return events
      }
    }
    return events
  }

  /// Ends the stream. A last line without its line feed still counts; half a frame does not.
  package mutating func finish() -> FrameEvent? {
    defer { state = .ended }
    guard case .line(let line) = state, line.contains(where: { !Self.isSpace($0) }) else {
      return nil
    }
    return .body(line)
  }

  // MARK: Lines

  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private mutating func decide(_ rest: inout ArraySlice<UInt8>, marked: Int) {
    var marked = marked
    while marked < 3, let byte = rest.first, byte == Self.byteOrderMark[marked] {
      marked += 1
      rest = rest.dropFirst()
    }
    guard marked == 0 || marked == 3 else {
      // No mark after all, unless more comes.
      if rest.isEmpty {
        state = .undecided(marked: marked)
      } else {
        begin(.headers, with: Array(Self.byteOrderMark.prefix(marked)))
      }
      return
    }
    let count = rest.count
    rest = rest.drop(while: Self.isSpace)
    guard let first = rest.first else {
      // Behind white space there is no mark.
      state = .undecided(marked: count > 0 ? 3 : marked)
      return
    }
    begin(first == Ascii.brace || first == Ascii.bracket ? .lines : .headers, with: [])
  }

  private mutating func begin(_ found: Framing, with bytes: [UInt8]) {
    let framing = framing ?? found
    self.framing = framing
    state = framing == .lines ? .line(bytes) : .header(bytes)
  }

  private mutating func takeLine(
    _ line: inout [UInt8], from rest: inout ArraySlice<UInt8>, events: inout [FrameEvent]
  ) {
    let end = rest.firstIndex(of: Ascii.lineFeed)
    let piece = rest[..<(end ?? rest.endIndex)]
    rest = end.map { rest[($0 + 1)...] } ?? []
    guard piece.count <= limits.body - line.count else {
      events.append(
        .oversized(
          oversize("line", limits.body),
          beginning: Array(
            (line.prefix(Self.beginningBytes) + piece.prefix(Self.beginningBytes)).prefix(
              Self.beginningBytes))))
      state = end == nil ? .longLine : .line([])
      return
    }
    line.append(contentsOf: piece)
    guard end != nil else {
      state = .line(line)
      return
    }
    state = .line([])
    if line.contains(where: { !Self.isSpace($0) }) { events.append(.body(line)) }
  }

  // MARK: Headers

  /// Collects a header byte by byte: headers are short, and the end must not be overrun.
  private mutating func takeHeader(
    _ header: inout [UInt8], from rest: inout ArraySlice<UInt8>, events: inout [FrameEvent]
  ) {
    while let byte = rest.popFirst() {
      // Some clients end a body with a line break.
      if header.isEmpty && Self.isSpace(byte) { continue }
      header.append(byte)
      if header.count > limits.header {
        let reason = "frame header is longer than \(limits.header) bytes"
        events.append(.fatal(.parseError(reason)))
        return  // The state stays `.ended`.
      }
      guard byte == Ascii.lineFeed else { continue }
      guard header.dropLast().last == Ascii.carriageReturn else {
        let line = header.dropLast()
        let start = line.lastIndex(of: Ascii.lineFeed).map { $0 + 1 } ?? line.startIndex
        events.append(
          .rejected(.parseError(FrameHeader.refusal(ofUnendedLine: line[start...]))))
        lose(header, events: &events)
        return
      }
      if header.suffix(4) == [0x0D, 0x0A, 0x0D, 0x0A] {
        begin(header, events: &events)
        return
      }
    }
    state = .header(header)
  }

  private mutating func begin(_ bytes: [UInt8], events: inout [FrameEvent]) {
    do throws(FrameHeader.Malformed) {
      let header = try FrameHeader(Array(bytes.dropLast(4)))
      let length = header.contentLength
      if length > limits.body {
        if length > limits.skip {
          events.append(.rejected(oversize("body", limits.body)))
          state = .lost(matched: 0)
        } else {
          state = .oversized(remaining: length, beginning: [])
        }
      } else if !header.isUTF8 {
        events.append(.rejected(.parseError("frame header: charset must be utf-8")))
        state = length == 0 ? .header([]) : .skipping(remaining: length)
      } else if length == 0 {
        events.append(.body([]))
        state = .header([])
      } else {
        state = .body(remaining: length, [])
      }
    } catch {
      events.append(.rejected(.parseError(error.reason)))
      state = .lost(matched: 0)
      if case .noField = error { lose(bytes, events: &events) }
    }
  }

  private mutating func takeBody(
    _ body: inout [UInt8], remaining: Int, from rest: inout ArraySlice<UInt8>,
    events: inout [FrameEvent]
  ) {
    let piece = rest.prefix(remaining)
    rest = rest.dropFirst(piece.count)
    body.append(contentsOf: piece)
    if piece.count == remaining {
      events.append(.body(body))
      state = .header([])
    } else {
      state = .body(remaining: remaining - piece.count, body)
    }
  }

  // MARK: Recovery

  /// Both known fields begin like this, and a header begins with one of them.
  private static let landmark = Array("content-".utf8)

  /// After bytes that are no header: the next header may have begun inside them, as when the length
  /// of the body before was miscounted. They are looked through once more, without a second report.
  private mutating func lose(_ bytes: [UInt8], events: inout [FrameEvent]) {
    state = .lost(matched: 0)
    for event in push(bytes.dropFirst()) {
      switch event {
      case .rejected, .oversized: continue
      case .body, .fatal: break
      }
      events.append(event)
    }
  }

  private mutating func search(_ rest: inout ArraySlice<UInt8>, matched: Int) {
    var matched = matched
    while let byte = rest.popFirst() {
      let lower = Ascii.lowercased(byte)
      if lower == Self.landmark[matched] {
        matched += 1
      } else {
        // No proper prefix of the landmark repeats inside it but its first letter.
        matched = lower == Self.landmark[0] ? 1 : 0
      }
      if matched == Self.landmark.count {
        state = .header(Self.landmark)
        return
      }
    }
    state = .lost(matched: matched)
  }

  private func oversize(_ what: String, _ limit: Int) -> ResponseFailure {
    .invalidRequest("\(what) is longer than \(limit) bytes")
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == Ascii.space || byte == Ascii.tab || byte == Ascii.carriageReturn
      || byte == Ascii.lineFeed
  }
}
