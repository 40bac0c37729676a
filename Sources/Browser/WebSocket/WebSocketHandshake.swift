import FoundationEssentials

/// The opening of a WebSocket (RFC 6455, section 4.2).
package enum WebSocketHandshake {
  /// - Returns: what switches the connection over; nil where the request opens no WebSocket of
  ///   version 13.
  package static func answer(to head: RequestHead) -> [UInt8]? {
    guard head.method == "GET", head.lists("websocket", in: "upgrade"),
      head.lists("upgrade", in: "connection"), head.value(of: "sec-websocket-version") == "13",
      let key = head.value(of: "sec-websocket-key"), Data(base64Encoded: key)?.count == 16
    else { return nil }
    let lines = [
      "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
      "Sec-WebSocket-Accept: \(accept(key))", "", "",
    ]
    return Array(lines.joined(separator: "\r\n").utf8)
  }

  /// What proves that a server read the key.
  package static func accept(_ key: String) -> String {
    let known = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    return Data(SHA1.digest(of: Array((key + known).utf8))).base64EncodedString()
  }
}
