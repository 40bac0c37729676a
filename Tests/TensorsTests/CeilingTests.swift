import Foundation
import Tensors
import Testing

/// Ceilings are times: what can be asked of them is that they are numbers, on
/// every path that runs here.
@Suite struct CeilingTests {
  private let ceilings = Ceilings(team: ThreadTeam(threadCount: 2))

  @Test(arguments: KernelPath.available)
  func multiplyAddsAreCountedOnEveryPath(path: KernelPath) {
    let rate = ceilings.multiplyAdds(path: path, runs: 1, seconds: 0.001)
    #expect(rate > 0 && rate.isFinite)
  }

  @Test func memoryIsRead() throws {
    let rate = try #require(ceilings.memoryRead(bytes: 8 << 20, runs: 1))
    #expect(rate > 0 && rate.isFinite)
  }

  @Test func aMappedFileIsReadWhereItIsLargeEnough() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("lucarne-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("pages").path
    try Data(repeating: 7, count: 100_000).write(to: URL(fileURLWithPath: path))
    let file = try MappedFile(path: path)
    let rate = try #require(ceilings.memoryRead(of: file, bytes: 100_000, runs: 1))
    #expect(rate > 0 && rate.isFinite)
    #expect(ceilings.memoryRead(of: file, bytes: 100_001, runs: 1) == nil)
    #expect(file.residentByteCount() == 100_000, "it has just been read")
  }
}
