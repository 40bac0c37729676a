internal import JSON
import JSONRPC
import KernelProtocol

extension Initialize.Remote {
  /// A name that no answer grows with.
  var bounded: Self { .init(host: String(host.prefix(255))) }
}

extension ResponseFailure {
  /// What is said of a file to a client on another machine says which machine is meant.
  func naming(host: String) -> ResponseFailure {
    let ofFiles: [DomainError.Kind] = [.pathDenied, .ioError, .checkpointInvalid]
    guard case .object(var members) = data,
      ofFiles.contains(where: { members["kind"]?.stringValue == $0.rawValue })
    else { return self }
    var named = self
    named.message += " (on \(host), where the kernel runs)"
    members["message"] = .string(named.message)
    named.data = .object(members)
    return named
  }
}
