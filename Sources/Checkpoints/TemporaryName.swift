internal import FoundationEssentials
internal import Glibc

/// Names under which files and folders are written before they get their own.
package enum TemporaryName {
  /// Another machine's process may write to the same folder, so that a number alone says little.
  private static let secondsUntouched = 3600.0

  /// "PREFIX.PROCESS.tmp". What processes that are gone left under the same prefix an hour ago or
  /// earlier is taken away.
  package static func make(_ prefix: String) -> String {
    let slash = prefix.lastIndex(of: "/")
    let name = slash.map { prefix[$0...].dropFirst() } ?? prefix[...]
    let folder = slash.map { String(prefix[...$0]) } ?? "."
    let files = FileManager.default
    for other in (try? files.contentsOfDirectory(atPath: folder)) ?? [] {
      guard other.hasPrefix(name + "."), other.hasSuffix(".tmp"),
        let process = Int32(other.dropFirst(name.count + 1).dropLast(4)),
        isLeft("\(folder)/\(other)", by: process)
      else { continue }
      try? files.removeItem(atPath: "\(folder)/\(other)")
    }
    return "\(prefix).\(getpid()).tmp"
  }

  private static func isLeft(_ path: String, by process: Int32) -> Bool {
    var status = stat()
    guard process > 0, process != getpid(), kill(process, 0) != 0, errno == ESRCH,
      unsafe lstat(path, &status) == 0
    else { return false }
    return Double(time(nil)) - Double(status.st_mtim.tv_sec) > secondsUntouched
  }
}
