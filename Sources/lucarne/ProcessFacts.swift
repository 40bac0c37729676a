import ArgumentParser
import Glibc
import JSONRPC

/// Writes a line to a descriptor, whatever becomes of it, and however the text was meant.
func writeLine(_ line: String, to descriptor: Int32) {
  writeText(line + "\n", to: descriptor)
}

/// Everything that the program shows goes through here.
func writeText(_ text: String, to descriptor: Int32) {
  var bytes = Array(harmless(text).utf8)[...]
  while !bytes.isEmpty {
    let count = unsafe bytes.withUnsafeBytes {
      unsafe write(descriptor, $0.baseAddress, $0.count)
    }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return }
    bytes = bytes.dropFirst(count)
  }
}

/// A line on standard output.
func tell(_ line: String) { writeLine(line, to: STDOUT_FILENO) }

/// The processors this process may use.
func processorCount() -> Int {
  max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}

/// A path as given on the command line, made absolute.
func absolutePath(_ path: String) -> String {
  guard !path.hasPrefix("/"), let folder = unsafe getcwd(nil, 0) else { return path }
  defer { unsafe free(folder) }
  return unsafe String(cString: folder) + "/" + path
}

/// Where caches go: what was asked for, "" being nowhere, or the place that the XDG rules name.
func cacheFolder(_ given: String?) -> String? {
  folder(given, variable: "XDG_CACHE_HOME", home: "/.cache", name: "/lucarne")
}

/// Where jobs are kept, by the same rules.
func jobFolder(_ given: String?) -> String? {
  folder(given, variable: "XDG_STATE_HOME", home: "/.local/state", name: "/lucarne/jobs")
}

/// Where clients meet that name no socket.
func usualSocket() -> String {
  if let folder = environment("XDG_RUNTIME_DIR"), folder.hasPrefix("/") {
    return folder + "/lucarne/kernel.sock"
  }
  return "/tmp/lucarne-\(geteuid())/kernel.sock"
}

/// A program's path, looked for as a shell looks for it; nil where there is none.
func program(named name: String) -> String? {
  let folders = (environment("PATH") ?? "/usr/bin:/bin").split(separator: ":")
  return folders.lazy.map { "\($0)/\(name)" }.first { unsafe access($0, X_OK) == 0 }
}

private func folder(
  _ given: String?, variable: String, home: String, name: String
) -> String? {
  if let given { return given.isEmpty ? nil : absolutePath(given) }
  if let base = environment(variable), base.hasPrefix("/") { return base + name }
  guard let user = environment("HOME"), user.hasPrefix("/") else { return nil }
  return user + home + name
}

func environment(_ name: String) -> String? {
  guard let value = unsafe getenv(name) else { return nil }
  return unsafe String(cString: value)
}

extension LogLevel: ExpressibleByArgument {
  private static let names: [(name: String, level: LogLevel)] = [
    ("debug", .debug), ("info", .information), ("warning", .warning), ("error", .error),
  ]

  package init?(argument: String) {
    guard let found = Self.names.first(where: { $0.name == argument }) else { return nil }
    self = found.level
  }

  package var defaultValueDescription: String {
    Self.names.first { $0.level == self }?.name ?? ""
  }
}
