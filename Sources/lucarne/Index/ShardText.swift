import ArgumentParser
import KernelProtocol

extension IndexBuild.Shard {
  /// A part of a corpus as `--shard` states it, `0/3`; nil where it is not given.
  init?(option: String?) throws {
    guard let option else { return nil }
    let parts = option.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let index = parts[0], let count = parts[1], count <= 65_536,
      (0..<max(count, 0)).contains(index)
    else { throw ValidationError("--shard is \"\(option)\", expected PART/PARTS, such as 0/3") }
    self.init(index: index, count: count)
  }
}
