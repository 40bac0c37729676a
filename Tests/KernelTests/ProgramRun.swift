import Foundation
import TestSupport

/// Programs that tests start and wait for.
enum ProgramRun {
  /// A path from the folder of fixtures.
  static func path(_ relative: String) -> String {
    URL(fileURLWithPath: Fixtures.path(relative)).standardized.path
  }

  /// Runs a program of the search path to its end; what it wrote, errors included.
  static func run(_ words: [String]) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  /// The built program: in the folder of the running tests, or of the bundle they were loaded from.
  static func lucarne() -> String? {
    let running = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let places = [running, CommandLine.arguments.first].compactMap(\.self)
      .map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
    return places.flatMap { [$0, $0.deletingLastPathComponent()] }
      .map { $0.appendingPathComponent("lucarne").path }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
