import FoundationEssentials
import Glibc
import KernelProtocol
import SystemReasons

/// The folder that the demo writes.
final class OutputFolder {
  let path: String
  private(set) var written: [String] = []

  /// - Parameter path: nil for the first of `lucarne-demo`, `lucarne-demo-2` and
  ///   so on that is not there.
  /// - Throws: `UnwritableOutput`, and `DemoError.alreadyThere` where there is a report in it.
  init(path given: String?) throws {
    let files = FileManager.default
    let fresh = (1...).lazy
      .map { absolutePath($0 == 1 ? "lucarne-demo" : "lucarne-demo-\($0)") }
      .first { !files.fileExists(atPath: $0) }
    path = given.map(absolutePath) ?? fresh ?? absolutePath("lucarne-demo")
    try makeFolder(path)
    let report = path + "/report.html"
    if files.fileExists(atPath: report) { throw DemoError.alreadyThere(path: report) }
  }

  /// Leaves no empty folder behind; one with anything in it stays.
  func removeIfEmpty() { unsafe rmdir(path) }

  /// Writes the pictures and the report.
  /// - Throws: `UnwritableOutput`, and `DemoError.heldOutUnreadable` where the picture is gone.
  func write(_ story: Story) throws {
    let pictures = try StoryPictures(story)
    for (name, bytes) in pictures.files { try write(bytes, to: name) }
    try write(Array(HTMLReport(story, pictures: pictures).page.utf8), to: "report.html")
  }

  private func write(_ bytes: [UInt8], to name: String) throws {
    try writeFile(bytes, to: path + "/" + name)
    written.append(name)
  }
}
