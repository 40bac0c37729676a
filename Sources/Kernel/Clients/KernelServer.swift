import Glibc
import JSON
package import JSONRPC

/// Serves everybody who connects to a socket with one kernel: a thread takes them in, and each has
/// a session of the kind that standard streams have.
package final class KernelServer: Sendable {
  private struct State {
    /// The connections that are open, with their sessions once they have begun.
    var clients: [ClientID: (descriptor: Int32, connection: Connection?)] = [:]
    var lastNumber = 0
    var isStopping = false
    /// Since when nobody is there and nothing runs.
    var idleSince = ContinuousClock.now
  }

  private let handler: KernelHandler
  private let session: @Sendable (KernelHandler) -> any ClientSession
  private let lanes: Lanes
  private let socket: ListeningSocket
  private let options: Options
  private let log: Connection.Log
  private let wake: WakePipe
  private let state = Monitor(State())

  /// How much the clients may ask for together.
  package struct Options: Sendable {
    package var limits: ConnectionLimits
    /// The most clients at a time.
    package var clients: Int
    /// Seconds without clients and jobs after which the server ends; nil: never.
    package var idleExit: Double?

    package init(
      limits: ConnectionLimits = .shared, clients: Int = 256, idleExit: Double? = nil
    ) {
      self.limits = limits
      self.clients = clients
      self.idleExit = idleExit
    }
  }

  /// - Parameter session: what a new client is to speak to.
  /// - Returns: nil where the process has no descriptor left.
  package init?(
    _ handler: KernelHandler, session: @escaping @Sendable (KernelHandler) -> any ClientSession,
    lanes: Lanes, socket: ListeningSocket, options: Options = Options(),
    log: @escaping Connection.Log = { _, _ in }
  ) {
    guard let wake = WakePipe() else { return nil }
    self.handler = handler
    self.session = session
    self.lanes = lanes
    self.socket = socket
    self.options = options
    self.log = log
    self.wake = wake
  }

  /// Ends `run` in an orderly way. May be called from any thread.
  package func stop() { wake.send(.stop) }

  /// Takes clients in until it is stopped or idle for long enough, and sees all of them off.
  package func run() {
    log(.information, "listening at \(socket.address.path)")
    while true {
      var descriptors = [
        pollfd(fd: wake.input, events: Int16(POLLIN), revents: 0),
        pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      _ = unsafe poll(&descriptors, 2, pollTimeout())
      if wake.take().contains(.stop) || isIdleForLong() { break }
      while takeIn() {}
    }
    socket.remove()
    seeOff()
  }

  // MARK: Arrivals

  /// - Returns: whether there may be more.
  private func takeIn() -> Bool {
    switch socket.accept() {
    case .nobody: return false
    case .noRoom(let error):
      log(.error, "a client could not be accepted: error \(error)")
      // It still knocks: without a pause this would be asked without end.
      Thread.sleep(milliseconds: 50)
      return false
    case .refused(let user):
      log(.warning, "a client of user \(user) was turned away")
    case .client(let descriptor, let process):
      let client = state.update { (state: inout State) -> ClientID? in
        guard state.clients.count < options.clients else { return nil }
        state.lastNumber += 1
        let client = ClientID(state.lastNumber)
        state.clients[client] = (descriptor, nil)
        return client
      }
      guard let client else {
        sendAway(descriptor, "\(options.clients) clients are connected already")
        break
      }
      let isStarted = Thread.tryStart(name: "client", stackBytes: 4 << 20) { [self] in
        serve(client, descriptor, process)
      }
      if !isStarted { leave(client, descriptor, refusal: "no thread is left for another client") }
    }
    return true
  }

  /// Tells in the framing of most why nobody will answer.
  private func sendAway(_ descriptor: Int32, _ reason: String) {
    log(.warning, "a client was turned away: \(reason)")
    let failure = ResponseFailure.requestFailed(
      kind: "busy", message: reason, retryable: true,
      hint: "try again when another has disconnected")
    let body = Envelope.response(id: nil, failure: failure)
    send(Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body, to: descriptor)
    close(descriptor)
  }

  // MARK: Sessions

  private func serve(_ client: ClientID, _ descriptor: Int32, _ process: Int) {
    let isPump = greet(descriptor)
    let server = session(handler)
    let connection = Connection(
      input: descriptor, output: descriptor, handler: server, lanes: lanes,
      limits: options.limits, client: client,
      log: { [log] in log($0, "client \(client.number): \($1)") })
    guard let connection else {
      return leave(client, descriptor, refusal: "no descriptor is left for another client")
    }
    server.attach(connection)
    let isStopping = state.update { state in
      state.clients[client]?.connection = connection
      return state.isStopping
    }
    if isStopping { connection.stop() }
    log(.information, "client \(client.number), process \(process), has connected")
    let code = handler.serve(connection, process: process)
    log(.information, "client \(client.number) has disconnected")
    if isPump { send(PumpTrailer.bytes(code: code), to: descriptor) }
    leave(client, descriptor)
  }

  /// Waits for the client's first byte.
  /// - Returns: whether it is a pump, which tells its own.
  private func greet(_ descriptor: Int32) -> Bool {
    var byte: UInt8 = 1
    while unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK)) < 0, errno == EINTR {}
    guard byte == PumpTrailer.greeting else { return false }
    return unsafe recv(descriptor, &byte, 1, 0) == 1
  }

  private func leave(_ client: ClientID, _ descriptor: Int32, refusal: String? = nil) {
    if refusal == nil {
      // The writer of a client that does not read would wait for ever.
      shutdown(descriptor, Int32(SHUT_RDWR))
      // What the client sent in vain would make it take the end for a failure.
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT)) > 0 {}
    }
    state.update { state in
      state.clients[client] = nil
      state.idleSince = .now
      if let refusal { sendAway(descriptor, refusal) } else { close(descriptor) }
    }
    // The idle time begins.
    wake.send(.look)
  }

  /// Sends what a client takes at once.
  private func send(_ bytes: [UInt8], to descriptor: Int32) {
    let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
    _ = unsafe Glibc.send(descriptor, bytes, bytes.count, flags)
  }

  // MARK: The end

  private func seeOff() {
    state.update { state in
      state.isStopping = true
      for (descriptor, connection) in state.clients.values {
        if let connection { connection.stop() } else { shutdown(descriptor, Int32(SHUT_RD)) }
      }
    }
    if !state.wait(seconds: 4, until: { $0.clients.isEmpty }) {
      log(.warning, "some clients did not disconnect in time")
    }
  }

  private func pollTimeout() -> Int32 {
    guard let idleExit = options.idleExit else { return -1 }
    guard let since = idleStart() else { return 1000 }
    let left = idleExit - (ContinuousClock.now - since) / .seconds(1)
    return Int32(max(0, min(left * 1000 + 1, 1000)))
  }

  private func isIdleForLong() -> Bool {
    guard let idleExit = options.idleExit, let since = idleStart() else { return false }
    return (ContinuousClock.now - since) / .seconds(1) >= idleExit
  }

  /// Since when nobody is there and no job runs; nil where somebody is or one does.
  private func idleStart() -> ContinuousClock.Instant? {
    let isBusy = handler.hasRunningJobs
    return state.update { state in
      guard state.clients.isEmpty, !isBusy else {
        state.idleSince = .now
        return nil
      }
      return state.idleSince
    }
  }
}
