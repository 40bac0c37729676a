import ArgumentParser
import Glibc
import JSONRPC

/// Writes a line to a descriptor, whatever becomes of it.
func writeLine(_ line: String, to descriptor: Int32) {
  let bytes = Array((line + "\n").utf8)
  _ = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
}

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

/// Where derived files are kept: `given` unless it is empty, which means nowhere, or else the user's folder for caches.
/// https://specifications.freedesktop.org/basedir-spec: a relative XDG_CACHE_HOME is as good as none.
func cacheFolder(_ given: String?) -> String? {
  if let given { return given.isEmpty ? nil : absolutePath(given) }
  if let caches = environment("XDG_CACHE_HOME"), caches.hasPrefix("/") {
    return caches + "/lucarne"
  }
  guard let home = environment("HOME"), home.hasPrefix("/") else { return nil }
  return home + "/.cache/lucarne"
}

private func environment(_ name: String) -> String? {
  guard let value = unsafe getenv(name) else { return nil }
  return unsafe String(cString: value)
}

extension LogLevel: ExpressibleByArgument {
  package init?(argument: String) {
    switch argument {
    case "debug": self = .debug
    case "info": self = .information
    case "warning": self = .warning
    case "error": self = .error
    default: return nil
    }
  }
}
