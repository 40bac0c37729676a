import Glibc
import JSONRPC

/// Serves the page to browsers, and each open page a session of the kernel: a thread takes
/// connections in, and each has a thread of its own.
package final class BrowserServer: Sendable {
  private struct Client {
    let descriptor: Int32
    /// What ends it in an orderly way, once it is a WebSocket.
    var wake: WakePipe?
  }

  private struct State {
    var clients: [Int: Client] = [:]
    var lastNumber = 0
    var isStopping = false
  }

  /// Connections at a time, and how many of them may be open pages.
  private static let mostConnections = 128
  private static let mostPages = 32

  private let port: ListeningPort
  private let files: PageFiles
  private let connect: @Sendable () throws(NoKernel) -> Int32
  private let listener: @Sendable () -> Int?
  private let announce: @Sendable (String) -> Void
  private let door: Door
  private let wake: WakePipe
  private let state = Monitor(State())

  /// - Parameters:
  ///   - connect: gives a new connection to the kernel, which it may have to start first.
  ///   - listener: the process of the kernel that new connections would reach; nil where none is.
  ///   - announce: is told the address for a further browser when the one before was used.
  /// - Returns: nil where the process has no descriptor left.
  package init?(
    at port: ListeningPort, files: PageFiles,
    connect: @escaping @Sendable () throws(NoKernel) -> Int32,
    listener: @escaping @Sendable () -> Int?, announce: @escaping @Sendable (String) -> Void
  ) {
    guard let wake = WakePipe() else { return nil }
    self.port = port
    self.files = files
    self.connect = connect
    self.listener = listener
    self.announce = announce
    self.wake = wake
    door = Door(port: port.address.port)
  }

  /// The address that lets one browser in; from inside the machine where all of its addresses are
  /// listened at.
  package var invitation: String {
    let address = port.address
    let isEverywhere = address.bytes.allSatisfy { $0 == 0 }
    let host = isEverywhere ? (address.isIPv6 ? "[::1]" : "127.0.0.1") : address.host
    return "http://\(host):\(address.port)/?token=\(door.currentToken)"
  }

  /// Ends `run` in an orderly way. May be called from any thread.
  package func stop() { wake.send(.stop) }

  /// Takes connections in until it is stopped, and sees all of them off.
  package func run() {
    while true {
      var descriptors = [
        pollfd(fd: wake.input, events: Int16(POLLIN), revents: 0),
        pollfd(fd: port.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      _ = unsafe poll(&descriptors, 2, -1)
      if wake.take().contains(.stop) { break }
      var hasTaken = false
      while let descriptor = port.accept() {
        hasTaken = true
        takeIn(descriptor)
      }
      // Without a descriptor left they still knock: this would be asked without end.
      if !hasTaken, descriptors[1].revents != 0 { Thread.sleep(milliseconds: 50) }
    }
    seeOff()
  }

  private func takeIn(_ descriptor: Int32) {
    let number = state.update { (state: inout State) -> Int? in
      guard state.clients.count < Self.mostConnections else { return nil }
      state.lastNumber += 1
      state.clients[state.lastNumber] = Client(descriptor: descriptor)
      return state.lastNumber
    }
    guard let number else {
      close(descriptor)
      return
    }
    let isStarted = Thread.tryStart(name: "browser", stackBytes: 1 << 20) { [self] in
      serve(number, descriptor)
      leave(number)
    }
    if !isStarted { leave(number) }
  }

  private func leave(_ number: Int) {
    state.update { state in
      guard let client = state.clients.removeValue(forKey: number) else { return }
      shutdown(client.descriptor, Int32(SHUT_RDWR))
      close(client.descriptor)
    }
  }

  private func seeOff() {
    state.update { state in
      state.isStopping = true
      for client in state.clients.values {
        if let wake = client.wake {
          wake.send(.stop)
        } else {
          shutdown(client.descriptor, Int32(SHUT_RDWR))
        }
      }
    }
    _ = state.wait(seconds: 4) { $0.clients.isEmpty }
  }

  // MARK: Requests

  private func serve(_ number: Int, _ descriptor: Int32) {
    let exchange = HTTPExchange(descriptor: descriptor)
    guard let local = InternetAddress.local(of: descriptor),
      let peer = InternetAddress.peer(of: descriptor)
    else { return }
    switch exchange.request() {
    case .gone: return
    case .refused(let response): exchange.send(response.bytes())
    case .head(let head, let rest):
      switch answer(to: head, local: local, peer: peer) {
      case .response(let response):
        exchange.send(response.bytes(isHead: head.method == "HEAD"))
      case .session(let opening):
        guard exchange.send(opening) else { return }
        return carry(number, descriptor, early: rest)
      }
    }
    exchange.finish()
  }

  private enum Answer {
    case response(Response)
    /// What opens a WebSocket.
    case session([UInt8])
  }

  private func answer(
    to head: RequestHead, local: InternetAddress, peer: InternetAddress
  ) -> Answer {
    if let refusal = refusal(of: head, local: local, peer: peer) { return .response(refusal) }
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
  private func refusal(
    of head: RequestHead, local: InternetAddress, peer: InternetAddress
  ) -> Response? {
    if peer.isLoopback, PeerUser.isForeign(peer, to: local) {
      return Response(.forbidden, text: "This kernel belongs to another user of the machine.")
    }
    guard door.isNamed(in: head, local: local) else {
      return Response(
        .forbidden,
        text: "Open \(local.host):\(port.address.port), by this name and port.")
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

  private static let stranger = Response(
    .unauthorized,
    text: """
      This browser has not been let in. Open the address that lucarne ui has printed last: it ends \
      with a token that is good for one browser, once. If you have just done so by a link, reload.
      """)

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

  // MARK: Sessions

  private func carry(_ number: Int, _ descriptor: Int32, early: [UInt8]) {
    guard let wake = WakePipe() else { return }
    let isRoom = state.update { state in
      let pages = state.clients.values.count { $0.wake != nil }
      state.clients[number]?.wake = wake
      if state.isStopping { wake.send(.stop) }
      return pages < Self.mostPages
    }
    guard isRoom else { return refuse(.tooMany, descriptor) }
    let kernel: Int32
    do throws(NoKernel) {
      kernel = try connect()
    } catch { return refuse(.noKernel(error.reason), descriptor) }
    KernelRelay(browser: descriptor, kernel: kernel, wake: wake, listener: listener).run(
      early: early)
  }

  /// Closes a WebSocket that has just been opened: a page is not shown why one was not.
  private func refuse(_ reason: CloseReason, _ descriptor: Int32) {
    let exchange = HTTPExchange(descriptor: descriptor)
    exchange.send(WebSocketFrames.close(reason))
    exchange.finish()
  }
}

/// The kernel cannot be reached or started.
package struct NoKernel: Error {
  let reason: String

  package init(_ reason: String) { self.reason = reason }
}
