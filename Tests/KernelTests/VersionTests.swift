import Foundation
import JSON
import Kernel
import TestSupport
import Testing

/// The version is a constant; CHANGELOG.md, the clients and the repository's
/// tags must agree with it.
@Suite struct VersionTests {
  private static let repository = ProgramRun.path("../..")
  private static let current = KernelVersion.current
  /// The release that the version is, or will be.
  private static let release = current.replacing(/-dev$/, with: "")

  @Test func isTheNewestReleaseOrComesAfterIt() throws {
    let text = try Self.read("CHANGELOG.md")
    let sections = text.split(separator: #/(?m)^##\ /#).map(String.init)
    let releases = sections.compactMap {
      $0.firstMatch(of: /^\[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d\n/)?.1
    }
    let newest = try #require(releases.first)
    let unreleased = try #require(sections.first { $0.hasPrefix("[Unreleased]") })
    if unreleased.contains("\n- ") {
      #expect(Self.current == Self.release + "-dev")
      #expect(Self.release.compare(newest, options: .numeric) == .orderedDescending)
    } else {
      #expect(Self.current == newest)
    }
  }

  @Test func isTheTagOfATaggedCommitAndOfNoOther() throws {
    func git(_ words: String...) throws -> [String] {
      // The tests may run as another user than the checkout's.
      let (status, text) = try ProgramRun.run(
        ["git", "-c", "safe.directory=*", "-C", Self.repository] + words)
      return status == 0 ? text.split(separator: "\n").map(String.init) : []
    }
    let isVersion: (String) -> Bool = { $0.wholeMatch(of: /v\d+\.\d+\.\d+/) != nil }
    let here = try git("tag", "--points-at", "HEAD").filter(isVersion)
    let all = try git("tag", "--list", "v*").filter(isVersion)
    if here.isEmpty {
      #expect(!all.contains("v" + Self.current), "another commit has the tag of this version")
    } else {
      #expect(here == ["v" + Self.current])
    }
  }

  @Test func isWhatTheProgramAnswers() throws {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    #expect(try ProgramRun.run([program, "--version"]).text == Self.current + "\n")
    let client = try KernelClient(options: nil)
    #expect(try client.ask("initialize")["serverInfo"]?["version"] == .string(Self.current))
  }

  @Test(arguments: [
    ("python/pyproject.toml", #"version = ""#),
    ("python/src/lucarne/version.py", #"__version__ = ""#),
    ("jupyter/pyproject.toml", #"version = ""#),
    ("jupyter/src/lucarne_kernel/__init__.py", #"__version__ = ""#),
    ("emacs/lucarne.el", ";; Version: "), ("vscode/package.json", #""version": ""#),
  ]) func isTheClientsOwn(file: String, beginning: String) throws {
    let text = try Self.read("protocol/clients/" + file)
    let version = text.split(separator: "\n").first { $0.contains(beginning) }
    #expect(version?.contains(beginning + Self.release) == true, "\(file): \(version ?? "nothing")")
  }

  private static func read(_ file: String) throws -> String {
    try String(contentsOfFile: "\(repository)/\(file)", encoding: .utf8)
  }
}
