import Foundation
package import Tensors
package import Testing
package import Torch

/// PyTorch's libraries as this machine has them: where `LUCARNE_TEST_TORCH` says, where
/// `.ci/install-torch` or `.ci/install-workers` puts them, or where `python3` imports them from.
package enum InstalledTorch {
  package static let absence: Comment = "skipped: torch is not installed"

  /// `…/torch`.
  package static let folder: String? = {
    let root = Fixtures.tests.deletingLastPathComponent().path
    let named = ProcessInfo.processInfo.environment["LUCARNE_TEST_TORCH"]
    let built = ["torch", "workers"].flatMap { name -> [String] in
      let library = "\(root)/.build/\(name)/lib"
      let versions = (try? FileManager.default.contentsOfDirectory(atPath: library)) ?? []
      return versions.sorted().map { "\(library)/\($0)/site-packages/torch" }
    }
    let found = ([named].compactMap(\.self) + built).first(where: hasLibrary)
    return found ?? imported().flatMap { hasLibrary($0) ? $0 : nil }
  }()

  private static func hasLibrary(_ folder: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(folder)/lib/libtorch_cpu.so")
  }

  private static func imported() -> String? {
    let code = "import os, torch; print(os.path.dirname(torch.__file__))"
    guard let (status, text) = try? run(["python3", "-c", code]), status == 0 else { return nil }
    return text.split(separator: "\n").last.map(String.init)
  }

  package static let library: TorchLibrary? = folder.flatMap {
    try? TorchLibrary(folder: $0, threads: 1)
  }

  private static let placeName =
    ProcessInfo.processInfo.environment["LUCARNE_TEST_DEVICE"] ?? "cpu"

  /// What the operators run on: the processor, or what `LUCARNE_TEST_DEVICE` names. A name that
  /// means no device is an error of every test that asks for operators.
  package static let place = (try? TorchDevice.Place(named: placeName)) ?? .cpu

  /// The same as requests name it.
  package static let deviceName = "\(place)"

  package static func operators(
    _ precision: Precision, usesFlash: Bool = true
  ) throws -> TorchOperators {
    let library = try #require(library)
    let place = try TorchDevice.Place(named: placeName)
    return try TorchOperators(
      device: TorchDevice(place, of: library), precision: precision, usesFlash: usesFlash)
  }

  /// A Python that can import that PyTorch, where there is one beside it.
  package static var python: String? {
    guard let folder else { return nil }
    let environment = URL(filePath: folder).appending(path: "../../../../bin/python").standardized
    return FileManager.default.isExecutableFile(atPath: environment.path) ? environment.path : nil
  }

  /// Runs a program to its end; what it wrote, errors included. By way of a file: Foundation's
  /// reading of a pipe ends the process where a signal interrupts it.
  package static func run(_ words: [String]) throws -> (status: Int32, text: String) {
    let folder = try TemporaryFolder()
    try folder.write([], "output")
    let path = "\(folder.path)/output"
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    let output = try FileHandle(forWritingTo: URL(filePath: path))
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    process.waitUntilExit()
    try output.close()
    return (process.terminationStatus, try String(contentsOfFile: path, encoding: .utf8))
  }
}
