/// Answers requests: the page to a browser that was let in, and to others why they were not.
struct Reception: Sendable {
  enum Answer {
    case response(Response)
    /// What opens a WebSocket.
    case session([UInt8])
  }

  private let address: InternetAddress
  private let files: PageFiles
  private let announce: @Sendable (String) -> Void
  private let door: Door

  /// - Parameters:
  ///   - address: where the server listens.
  ///   - announce: is told the address for a further browser when the one before was used.
  init(
    address: InternetAddress, files: PageFiles, announce: @escaping @Sendable (String) -> Void
  ) {
    self.address = address
    self.files = files
    self.announce = announce
    door = Door(port: address.port)
  }

  /// The address that lets one browser in; from inside the machine where all of its addresses are
  /// listened at.
  var invitation: String {
    let isEverywhere = address.bytes.allSatisfy { $0 == 0 }
    let host = isEverywhere ? (address.isIPv6 ? "[::1]" : "127.0.0.1") : address.host
    return "http://\(host):\(address.port)/?token=\(door.currentToken)"
  }

  /// - Parameter local: the address that the request came to.
  func answer(to head: RequestHead, local: InternetAddress) -> Answer {
    if let refusal = refusal(of: head, local: local) { return .response(refusal) }
    if head.path == "/kernel" { return session(head) }
    let isKnown = door.isKnown(head)
    if head.path == "/", head.method == "GET", let token = head.queryValue(of: "token") {
      // A browser that was let in may open an old address.
      if isKnown { return .response(toPage(cookie: nil)) }
      if let cookie = door.admit(token) {
        announce(invitation)
        return .response(toPage(cookie: cookie))
      }
    }
    guard isKnown else { return .response(Self.stranger) }
    let found = files.response(to: head.path)
    return .response(found ?? Response(.notFound, text: "There is no such file."))
  }

  /// What no browser of the user's and no page of ours would send.
  private func refusal(of head: RequestHead, local: InternetAddress) -> Response? {
    guard door.isNamed(in: head, local: local) else {
      return Response(
        .forbidden, text: "Open \(local.host):\(address.port), by this name and port.")
    }
    guard head.method == "GET" || head.method == "HEAD" else {
      var response = Response(.methodNotAllowed, text: "Only GET and HEAD are answered.")
      response.fields = [("Allow", "GET, HEAD")]
      return response
    }
    return head.hasBody ? Response(.contentTooLarge, text: "A request has no body here.") : nil
  }

  private func toPage(cookie: String?) -> Response {
    var response = Response(.seeOther, text: "The page is at /.")
    response.fields = [("Location", "/")] + (cookie.map { [("Set-Cookie", $0)] } ?? [])
    return response
  }

  private func session(_ head: RequestHead) -> Answer {
    guard door.isOwnOrigin(head) else {
      return .response(Response(.forbidden, text: "Only a page of this server may connect."))
    }
    guard door.isKnown(head) else { return .response(Self.stranger) }
    guard let opening = WebSocketHandshake.answer(to: head) else {
      var response = Response(.upgradeRequired, text: "Here is a WebSocket of version 13.")
      response.fields = [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
      return .response(response)
    }
    return .session(opening)
  }

  static let foreigner = Response(
    .forbidden, text: "This kernel belongs to another user of the machine.")

  private static let stranger = Response(
    .unauthorized,
    text: """
      This browser has not been let in. Open the address that lucarne ui has printed last: it ends \
      with a token that is good for one browser, once. If a link of another page has led you here, \
      reload.
      """)
}
