import FoundationEssentials

/// The limits of the control groups that this process is in: a container's, or those of a batch
/// system's job.
package enum ControlGroups {
  /// Bytes that every limit leaves beside what the groups' processes hold now, pages of files not
  /// counted; nil where there is no limit.
  ///
  /// Both versions are read (cgroups(7)). Where a folder is not there, as in a container that sees
  /// its own groups as the whole, the nearest one above it counts.
  ///
  /// - Parameters:
  ///   - membership: a file that names the groups of this process, a line each:
  ///     `number:controllers:path`.
  ///   - mount: where the groups are mounted.
  package static func availableBytes(
    membership: String = "/proc/self/cgroup", mount: String = "/sys/fs/cgroup"
  ) -> Int? {
    let lines = (text(membership) ?? "").split(separator: "\n")
    let groups = lines.compactMap { line -> [Int]? in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      let files: Files
      let root: String
      if fields[1].isEmpty {
        (files, root) = (.second, mount)
      } else if fields[1].split(separator: ",").contains("memory") {
        (files, root) = (.first, mount + "/memory")
      } else {
        return nil
      }
      var names = fields[2].split(separator: "/")
      var found = [Int]()
      while true {
        if let bytes = available(in: ([root[...]] + names).joined(separator: "/"), files: files) {
          found.append(bytes)
        }
        if names.popLast() == nil { return found }
      }
    }
    return groups.joined().min()
  }

  /// What the files are called: the limit, and the member of `memory.stat` that says what is held
  /// with all groups below.
  private struct Files {
    let limit: String
    let held: String

    static let first = Files(limit: "memory.limit_in_bytes", held: "total_rss")
    static let second = Files(limit: "memory.max", held: "anon")
  }

  private static func available(in folder: String, files: Files) -> Int? {
    guard
      let word = text(folder + "/" + files.limit)?.split(whereSeparator: \.isWhitespace).first,
      // "max", or in the first version the largest multiple of a page.
      let limit = Int(word), limit < 1 << 60
    else { return nil }
    let stat = text(folder + "/memory.stat") ?? ""
    let line = stat.split(separator: "\n").first { $0.hasPrefix(files.held + " ") }
    let held = line.flatMap { Int($0.dropFirst(files.held.count + 1)) } ?? 0
    return max(0, limit - held)
  }

  private static func text(_ path: String) -> String? {
    try? String(contentsOfFile: path, encoding: .utf8)
  }
}
