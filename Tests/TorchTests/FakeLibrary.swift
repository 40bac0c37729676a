import Foundation
import TestSupport
import Testing

/// A folder with libraries that have PyTorch's names (Fixtures/torch/fake.c).
struct FakeLibrary {
  let folder: TemporaryFolder
  var path: String { folder.path }

  /// - Parameters:
  ///   - flags: of `fake.c`.
  ///   - cuda: flags of its part for CUDA; nil: there is none.
  init(_ flags: [String], cuda: [String]? = nil) throws {
    folder = try TemporaryFolder()
    // A name of its own, as the system gives a library that looks for another by name the first
    // one of that name, which may be PyTorch's own.
    let name = "fake-\(UUID().uuidString).so"
    try Self.compile(flags + ["-Wl,-soname,\(name)"], to: "\(folder.path)/\(name)")
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/libtorch_cpu.so", withDestinationPath: name)
    guard let cuda else { return }
    try Self.compile(
      ["-DCUDA"] + cuda + ["-L\(folder.path)", "-l:\(name)", "-Wl,-rpath,$ORIGIN"],
      to: "\(folder.path)/libtorch_cuda.so")
  }

  private static func compile(_ flags: [String], to path: String) throws {
    let words = ["clang", "-shared", "-fPIC", "-o", path, Fixtures.path("torch/fake.c")] + flags
    let (status, text) = try InstalledTorch.run(words)
    try #require(status == 0, "clang: \(text)")
  }
}
