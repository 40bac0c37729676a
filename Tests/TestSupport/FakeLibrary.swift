import Foundation
import Synchronization
import Testing

/// A folder with libraries that have PyTorch's names (Fixtures/torch/fake.c).
package struct FakeLibrary {
  package let folder: TemporaryFolder
  package var path: String { folder.path }

  /// The files that are compiled, by their flags.
  private static let compiled = Mutex<[[String]: Data]>([:])

  /// - Parameters:
  ///   - flags: of `fake.c`.
  ///   - devices: how many CUDA has; nil: it has no part for CUDA.
  ///   - room: how many tensors there is memory for.
  ///   - lostAfter: how many operators the device does before it is lost.
  package init(
    _ flags: [String], devices: Int? = nil, room: Int = -1, lostAfter: Int = -1
  ) throws {
    folder = try TemporaryFolder()
    let bytes = try Self.compiled(flags + (devices.map { ["-DDEVICES=\($0)"] } ?? []))
    let name = "fake_\(room)_\(lostAfter)_.so"
    try folder.write(bytes, name)
    for link in ["libtorch_cpu.so"] + (devices == nil ? [] : ["libtorch_cuda.so"]) {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder.path)/\(link)", withDestinationPath: name)
    }
  }

  private static func compiled(_ flags: [String]) throws -> Data {
    if let known = compiled.withLock({ $0[flags] }) { return known }
    let output = try TemporaryFolder()
    let path = "\(output.path)/fake.so"
    let words = ["clang", "-shared", "-fPIC", "-o", path, Fixtures.path("torch/fake.c")] + flags
    let (status, text) = try InstalledTorch.run(words)
    try #require(status == 0, "clang: \(text)")
    let bytes = try Data(contentsOf: URL(filePath: path))
    compiled.withLock { $0[flags] = bytes }
    return bytes
  }
}
