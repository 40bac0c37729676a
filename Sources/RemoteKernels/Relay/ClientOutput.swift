import JSONRPC

/// Where a client reads: whole messages, in its own framing, from whichever thread has one.
final class ClientOutput: Sendable {
  private let descriptor: Int32
  /// Not held while a message is written: what the client writes is read however long it does not
  /// read itself.
  private let framing = Monitor(FrameParser.Framing.headers)
  private let turn = Monitor(())

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Takes over the framing of what the client writes.
  func use(_ framing: FrameParser.Framing) { self.framing.update { $0 = framing } }

  /// - Returns: false where the client reads no more.
  @discardableResult
  func send(_ body: [UInt8]) -> Bool {
    let bytes = Self.frame(body, framing.read { $0 })
    return turn.update { _ in writeAll(bytes[...], to: descriptor) }
  }

  func answer(_ id: RequestID?, _ failure: ResponseFailure) {
    send(Envelope.response(id: id, failure: failure))
  }

  /// A body as it travels.
  static func frame(_ body: [UInt8], _ framing: FrameParser.Framing) -> [UInt8] {
    switch framing {
    case .lines: body + [0x0A]
    case .headers: Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body
    }
  }
}
