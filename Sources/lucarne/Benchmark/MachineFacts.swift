import FoundationEssentials
import Glibc
internal import JSON
import Kernel
import Tensors

/// What the figures were measured on.
enum MachineFacts {
  static func json(threads: Int) -> JSONObject {
    let date = Date.now.formatted(.iso8601)
    return [
      "program": ["name": "lucarne", "version": .string(KernelVersion.current)],
      "date": .string(date),
      "machine": [
        "processor": .string(processor), "cores": .integer(Int64(processorCount())),
        "threads": .integer(Int64(threads)), "memoryBytes": .integer(Int64(memoryBytes)),
        "path": .string(KernelPath.best.rawValue),
        "paths": .array(KernelPath.available.map { .string($0.rawValue) }),
        "system": .string(system),
      ],
    ]
  }

  /// The processor's name as Linux tells it.
  private static var processor: String { value(of: "model name", in: "/proc/cpuinfo") ?? "unknown" }

  private static var memoryBytes: Int {
    let text = value(of: "MemTotal", in: "/proc/meminfo") ?? ""
    return (text.split(separator: " ").first.flatMap { Int($0) } ?? 0) * 1024
  }

  private static var system: String {
    let release = try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)
    return "Linux \(trimmed(release ?? ""))"
  }

  /// What stands behind the first `key:` of a file of such lines.
  static func value(of key: String, in path: String) -> String? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") {
      let halves = line.split(separator: ":", maxSplits: 1)
      if halves.count == 2, trimmed(String(halves[0])) == key { return trimmed(String(halves[1])) }
    }
    return nil
  }
}
