/// A machine to be reached by ssh, and how a kernel there is found or started.
package struct RemoteHost: Sendable, Equatable {
  /// As ssh takes it: a name of its configuration, `user@host`, an address.
  package var name: String
  /// Options of ssh, `Port=2222`; they come before our own, and ssh takes what comes first.
  package var sshOptions: [String]
  /// The command there: a name that is looked for on the PATH, or a path, from the home if it is
  /// relative.
  package var program: String
  /// The kernel's socket there; nil: the usual one.
  package var socket: String?
  /// Options of `lucarne serve` for a kernel that has to be started.
  package var kernelOptions: [String]
  /// Seconds within which a kernel there must have been reached or started.
  package var patience: Double

  package init(
    name: String, sshOptions: [String] = [], program: String = "lucarne", socket: String? = nil,
    kernelOptions: [String] = [], patience: Double = 90
  ) {
    self.name = name
    self.sshOptions = sshOptions
    self.program = program
    self.socket = socket
    self.kernelOptions = kernelOptions
    self.patience = patience
  }

  /// What is wrong with what was given; nil where nothing is.
  package var problem: String? {
    let isName =
      !name.isEmpty && name.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
    // ssh would take it for an option, and options start programs.
    guard isName, !name.hasPrefix("-") else {
      return
        "the host is \"\(name)\", expected what ssh takes, such as gpu7 or user@gpu7.example.org"
    }
    guard !program.isEmpty, !program.hasPrefix("-") else {
      return "the program there is \"\(program)\", expected its name or path"
    }
    if let socket, socket.isEmpty || socket.hasPrefix("-") {
      return "the socket there is \"\(socket)\", expected a path"
    }
    guard RemoteWords.command(words) != nil else {
      return "what is sent to \(name)'s shell must have no control characters"
    }
    guard patience > 0, patience <= 86_400 else {
      return "the patience is \(patience) seconds, expected more than 0 and at most 86400"
    }
    return nil
  }

  /// The command there: `attach` at its other end.
  private var words: [String] {
    [program, "attach", "--over-ssh", "--spawn"] + (socket.map { [$0] } ?? [])
      + (kernelOptions.isEmpty ? [] : ["--"] + kernelOptions)
  }

  /// The arguments of ssh, its name the first: no terminal, no questions, no forwardings of the
  /// user's configuration, and a line that is noticed to be dead within a minute.
  package var arguments: [String] {
    var options = sshOptions
    options += [
      "BatchMode=yes", "ServerAliveInterval=15", "ServerAliveCountMax=3",
      "ConnectTimeout=\(max(1, Int(min(15, patience.rounded(.up)))))", "ClearAllForwardings=yes",
    ]
    return ["ssh", "-T", "-x", "-e", "none"] + options.flatMap { ["-o", $0] }
      + ["--", name, RemoteWords.command(words) ?? ""]
  }
}
