import Foundation
import Kernel
import Testing

/// Limits of control groups, in files of both versions as cgroups(7) and the kernel's documentation
/// have them.
@Suite struct ControlGroupsTests {
  private let root: URL

  init() throws {
    root = FileManager.default.temporaryDirectory.appending(path: "groups-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
  }

  private func write(_ text: String, to path: String) throws {
    let file = root.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: file, atomically: true, encoding: .utf8)
  }

  private func available(_ membership: String) throws -> Int? {
    defer { try? FileManager.default.removeItem(at: root) }
    try write(membership, to: "self")
    return ControlGroups.availableBytes(
      membership: root.appending(path: "self").path, mount: root.path)
  }

  @Test func theTightestLimitOnTheWayUpCounts() throws {
    try write("max\n", to: "slurm/job_7/step_0/memory.max")
    try write("anon 4096\nfile 900000\n", to: "slurm/job_7/step_0/memory.stat")
    try write("1000000\n", to: "slurm/job_7/memory.max")
    try write("anon 300000\nfile 900000\nanon_thp 5\n", to: "slurm/job_7/memory.stat")
    try write("5000000\n", to: "slurm/memory.max")
    #expect(try available("0::/slurm/job_7/step_0\n") == 700_000)
  }

  @Test func aContainerThatSeesItsOwnGroupAsTheWholeHasItsLimit() throws {
    try write("2000000\n", to: "memory.max")
    try write("file 7\nanon 500000\n", to: "memory.stat")
    #expect(try available("0::/kubepods/pod3/c4\n") == 1_500_000)
  }

  @Test func theFirstVersionHasItsOwnFiles() throws {
    try write("800000\n", to: "memory/job/memory.limit_in_bytes")
    try write("rss 1\ntotal_rss 200000\n", to: "memory/job/memory.stat")
    try write("9223372036854771712\n", to: "memory/memory.limit_in_bytes")
    #expect(try available("5:cpu,cpuacct:/x\n4:hugetlb,memory:/job\n0::/\n") == 600_000)
  }

  @Test func whatIsFullLeavesNothing() throws {
    try write("1000\n", to: "g/memory.max")
    try write("anon 5000\n", to: "g/memory.stat")
    #expect(try available("0::/g\n") == 0)
  }

  @Test func withoutALimitThereIsNone() throws {
    try write("max\n", to: "g/memory.max")
    #expect(try available("0::/g\n") == nil)
    #expect(try available("7:memory\nno line at all\n") == nil)
    #expect(ControlGroups.availableBytes(membership: root.path + "/none", mount: root.path) == nil)
  }
}
