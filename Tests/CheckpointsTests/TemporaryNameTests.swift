import Checkpoints
import Foundation
import TestSupport
import Testing

@Suite struct TemporaryNameTests {
  @Test func takesAwayWhatAProcessThatIsGoneLeft() throws {
    let folder = try TemporaryFolder()
    // No process has a number beyond the system's highest.
    let gone = (1 << 22) + 7
    let (left, kept) = (
      ["a.\(gone).tmp", "a.\(gone + 1).tmp"], ["b.\(gone).tmp", "a.1.tmp", "a.x.tmp", "a.tmp"]
    )
    let young = "a.\(gone + 2).tmp"
    for name in left + kept + [young] { try folder.write("x".utf8, name) }
    for name in left + kept {
      try FileManager.default.setAttributes(
        [.modificationDate: Date.now.addingTimeInterval(-7200)],
        ofItemAtPath: "\(folder.path)/\(name)")
    }
    #expect(TemporaryName.make(folder.path + "/a") == "\(folder.path)/a.\(getpid()).tmp")
    let found = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(Set(found) == Set(kept + [young]))
  }
}
