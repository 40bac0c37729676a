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
  private let connect: @Sendable () throws(NoKernel) -> Int32
  private let listener: @Sendable () -> Int?
  private let reception: Reception
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
    self.connect = connect
    self.listener = listener
    self.wake = wake
    reception = Reception(address: port.address, files: files, announce: announce)
  }

  /// The address that lets one browser in.
  package var invitation: String { reception.invitation }

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
    // Before anything is read: else others could take all places.
    if peer.isLoopback, PeerUser.isForeign(peer, to: local) {
      exchange.send(Reception.foreigner.bytes())
      return exchange.finish()
    }
    switch exchange.request() {
    case .gone: return
    case .refused(let response): exchange.send(response.bytes())
    case .head(let head, let rest):
      switch reception.answer(to: head, local: local) {
      case .response(let response):
        exchange.send(response.bytes(isHead: head.method == "HEAD"))
      case .session(let opening):
        guard exchange.send(opening) else { return }
        return carry(number, descriptor, early: rest)
      }
    }
    exchange.finish()
  }

  // MARK: Sessions

  private func carry(_ number: Int, _ descriptor: Int32, early: [UInt8]) {
    guard let wake = WakePipe() else { return }
    let isRoom = state.update { state in
      let pages = state.clients.values.count { $0.wake != nil }
      guard pages < Self.mostPages else { return false }
      state.clients[number]?.wake = wake
      if state.isStopping { wake.send(.stop) }
      return true
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
package struct NoKernel: Error, CustomStringConvertible {
  let reason: String

  package init(_ reason: String) { self.reason = reason }

  package var description: String { reason }
}
