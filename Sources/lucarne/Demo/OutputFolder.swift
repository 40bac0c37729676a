import FoundationEssentials
import Glibc
import KernelProtocol
import SystemReasons

/// The folder that the demo writes.
final class OutputFolder {
  let path: String
  private(set) var written: [String] = []

  /// - Parameter path: nil for the first of `lucarne-demo`, `lucarne-demo-2` and so on that is not there.
  /// - Throws: `DemoError.cannotWrite`.
  init(path given: String?) throws {
    let files = FileManager.default
    let fresh = (1...).lazy
      .map { absolutePath($0 == 1 ? "lucarne-demo" : "lucarne-demo-\($0)") }
      .first { !files.fileExists(atPath: $0) }
    path = given.map(absolutePath) ?? fresh ?? absolutePath("lucarne-demo")
    do {
      try files.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw DemoError.cannotWrite(path: path, reason: systemReason(of: error))
    }
  }

  /// Leaves no empty folder behind; one with anything in it stays.
  func removeIfEmpty() { unsafe rmdir(path) }

  /// Writes the pictures and the report.
  /// - Throws: `DemoError.cannotWrite`.
  func write(_ story: Story) throws {
    let pictures = try StoryPictures(story)
    for (name, bytes) in pictures.files { try write(bytes, to: name) }
    try write(Array(HTMLReport(story, pictures: pictures).page.utf8), to: "report.html")
  }

  private func write(_ bytes: [UInt8], to name: String) throws {
    let file = path + "/" + name
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: file))
    } catch {
      throw DemoError.cannotWrite(path: file, reason: systemReason(of: error))
    }
    written.append(name)
  }
}
