import Glibc
import JSON
import JSONRPC
import Kernel

/// A connection that holds a kernel, so that it does not leave for want of clients, and ends it
/// where this process has started it.
final class KernelKeeper: Sendable {
  private let descriptor: Int32
  private let process: pid_t
  /// Whether the kernel is a child of this process.
  let isOurs: Bool
  /// Whether a kernel of ours has ended.
  private let isOver = Monitor(false)

  /// - Parameter descriptor: a connection to the kernel, which is taken over.
  init(_ descriptor: Int32) {
    let process = pid_t(PeerCredentials(of: descriptor)?.process ?? 0)
    var status: Int32 = 0
    (self.descriptor, self.process) = (descriptor, process)
    isOurs = unsafe process > 0 && waitpid(process, &status, WNOHANG) == 0
    if isOurs { lookAfter() }
    let info: JSONValue = [
      "clientInfo": ["name": "lucarne ui", "version": .string(KernelVersion.current)]
    ]
    send("initialize", params: info, id: 1)
  }

  deinit { close(descriptor) }

  /// Takes note of the end of a kernel of ours, which the system keeps until somebody does.
  private func lookAfter() {
    Thread.start(name: "keeper", stackBytes: 1 << 20) { [isOver, process] in
      var status: Int32 = 0
      while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
      isOver.update { $0 = true }
    }
  }

  /// Ends a kernel of ours where nobody but this connection uses it.
  /// - Returns: who does, where it goes on.
  func end() -> String? {
    guard isOurs else { return nil }
    var others: String?
    // The pages have just gone, which the kernel may not have noticed yet.
    for attempt in 0..<40 {
      if attempt > 0 { Thread.sleep(milliseconds: 50) }
      guard !isOver.read({ $0 }), let status = status(id: attempt + 2) else { return nil }
      others = Self.others(in: status)
      if others == nil { break }
    }
    guard others == nil else { return others }
    kill(process, SIGTERM)
    return isOver.wait(seconds: 12) { $0 } ? nil : "it has not ended in 12 seconds"
  }

  private static func others(in status: JSONValue) -> String? {
    let clients = max(0, (status["connections"]?.arrayValue?.count ?? 1) - 1)
    let jobs = status["jobs"]?.arrayValue?.count ?? 0
    guard clients + jobs > 0 else { return nil }
    return "\(clients) other \(clients == 1 ? "client" : "clients"), \(jobs) "
      + (jobs == 1 ? "job" : "jobs")
  }

  /// - Returns: nil where the kernel does not answer within two seconds.
  private func status(id: Int) -> JSONValue? {
    send("kernel/status", params: [:], id: id)
    var parser = FrameParser(framing: .lines)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      var question = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&question, 1, 2000) > 0 else { return nil }
      let count = unsafe read(descriptor, &buffer, buffer.count)
      guard count > 0 else { return nil }
      for case .body(let bytes) in parser.push(buffer[..<count]) {
        guard let message = try? JSONValue(parsing: bytes) else { continue }
        if message["id"]?.integerValue == Int64(id) { return message["result"] }
      }
    }
  }

  /// Sends a request as a line; a kernel that is gone is noticed by its silence.
  private func send(_ method: String, params: JSONValue, id: Int) {
    let message: JSONValue = [
      "jsonrpc": "2.0", "id": .integer(Int64(id)), "method": .string(method), "params": params,
    ]
    guard let line = try? message.bytes() else { return }
    let bytes = line + [0x0A]
    _ = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }
}
