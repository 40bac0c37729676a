internal import JSON
import JSONRPC
import KernelProtocol

/// Why there is no line to a kernel on another machine, or none any more.
package struct LineFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// What the program ends with; README.md of the protocol lists them.
  package enum Code {
    package static let noKernel: Int32 = 1
    /// The host cannot be reached or lets nobody in.
    package static let unreachable: Int32 = 69
    /// The line was cut.
    package static let lost: Int32 = 75
    /// What answers is no lucarne, or one of another version.
    package static let otherProgram: Int32 = 76
    /// There is no program of that name.
    package static let noProgram: Int32 = 127
  }

  package let host: String
  package let message: String
  package let hint: String?
  /// Whether the same may succeed later.
  package let isRetryable: Bool
  package let exitCode: Int32

  init(
    _ host: String, _ message: String, hint: String? = nil, isRetryable: Bool = false,
    exitCode: Int32
  ) {
    self.host = host
    self.message = message
    self.hint = hint
    self.isRetryable = isRetryable
    self.exitCode = exitCode
  }

  package var description: String { hint.map { "\(message): \($0)" } ?? message }

  /// What requests that are open are answered with.
  var failure: ResponseFailure {
    .requestFailed(
      kind: DomainError.Kind.connectionLost.rawValue, message: message, retryable: isRetryable,
      hint: hint, details: ["host": .string(host)])
  }
}

extension LineFailure {
  /// What the end of ssh means.
  ///
  /// - Parameters:
  ///   - code: ssh's exit code, which is that of the command there but for 255; nil where a signal
  ///     ended it.
  ///   - isConnected: whether a kernel there had been reached.
  ///   - words: the last of what came on its standard error.
  /// - Returns: nil where it is a session's usual end.
  static func ofEnd(
    code: Int32?, isConnected: Bool, words: String, host: RemoteHost
  ) -> LineFailure? {
    isConnected
      ? afterConnecting(code: code, words: words, host: host)
      : beforeConnecting(code: code, words: words, host: host)
  }

  private static func afterConnecting(code: Int32?, words: String, host: RemoteHost) -> LineFailure?
  {
    switch code {
    case 0, 1: nil
    case Code.lost:
      LineFailure(
        host.name, "the line to \(host.name) was silent for too long, so its end there gave up",
        hint: Self.again, isRetryable: true, exitCode: Code.lost)
    default:
      LineFailure(
        host.name, "the line to \(host.name) was lost" + tail(words), hint: Self.again,
        isRetryable: true, exitCode: Code.lost)
    }
  }

  private static func beforeConnecting(
    code: Int32?, words: String, host: RemoteHost
  ) -> LineFailure {
    let name = host.name
    switch code {
    case 255:
      return LineFailure(
        name, "\(name) cannot be reached by ssh" + tail(words),
        hint: "\"ssh \(name) true\" must work without asking for anything", isRetryable: true,
        exitCode: Code.unreachable)
    case 126, 127:
      return LineFailure(
        name, "there is no program \"\(host.program)\" on \(name)" + tail(words),
        hint: """
          install lucarne there, or say where it is by --remote-program, in Python by \
          SSH(…, program=…)
          """,
        exitCode: Code.noProgram)
    case 64:
      return LineFailure(
        name,
        "lucarne on \(name) is of another version, which does not take this one's options"
          + tail(words),
        hint: "install the same version there", exitCode: Code.otherProgram)
    case 1:
      return LineFailure(
        name, "no kernel could be reached or started on \(name)" + tail(words),
        exitCode: Code.noKernel)
    case 0:
      return .notLucarne(host, said: words)
    default:
      let ending = code.map { "ended with exit code \($0)" } ?? "was ended by a signal"
      return LineFailure(
        name, "ssh to \(name) \(ending)" + tail(words), exitCode: Code.unreachable)
    }
  }

  static func notLucarne(_ host: RemoteHost, said words: String) -> LineFailure {
    LineFailure(
      host.name, "what \(host.name) runs as \"\(host.program)\" is no lucarne" + tail(words),
      hint: "say where it is by --remote-program", exitCode: Code.otherProgram)
  }

  static func otherProtocol(_ host: RemoteHost, _ found: Greeting, own: Greeting) -> LineFailure {
    LineFailure(
      host.name,
      "lucarne on \(host.name) is version \(found.version) and speaks protocol \(found.wire), this "
        + "one is version \(own.version) and speaks \(own.wire)",
      hint: "install the same version on both machines", exitCode: Code.otherProgram)
  }

  static func silent(_ host: RemoteHost, words: String) -> LineFailure {
    let isWhole = host.patience == host.patience.rounded()
    let seconds = isWhole ? "\(Int(host.patience))" : "\(host.patience)"
    return LineFailure(
      host.name, "\(host.name) has not answered within \(seconds) seconds" + tail(words),
      hint: "--patience sets how long is waited", isRetryable: true, exitCode: Code.unreachable)
  }

  static func kernelEnded(_ host: RemoteHost, words: String) -> LineFailure {
    LineFailure(
      host.name, "the kernel on \(host.name) has ended" + tail(words), hint: Self.again,
      isRetryable: true, exitCode: Code.noKernel)
  }

  static func nonsense(_ host: RemoteHost, _ reason: String) -> LineFailure {
    LineFailure(
      host.name, "what comes from \(host.name) is no message: \(reason)",
      exitCode: Code.otherProgram)
  }

  private static let again =
    "attach again; contexts have to be opened again, and Python's kernel.reconnect() does both"

  private static func tail(_ words: String) -> String { words.isEmpty ? "" : ": \(words)" }
}
