import Foundation
import JSON
import JSONRPC
import Kernel
import TestSupport
import Testing
import World

/// The recorded conversations of protocol/examples are held with a kernel of today.
@Suite struct TranscriptTests {
  private static let folder = URL(fileURLWithPath: Fixtures.path("../../protocol/examples"))
    .standardized.path
  private static let repository = URL(fileURLWithPath: Fixtures.path("../..")).standardized.path

  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
    .filter { $0.hasSuffix(".jsonl") }.sorted()

  @Test func thereAreConversations() {
    #expect(Self.names.count >= 5)
  }

  @Test(arguments: names)
  func aConversationGoesAsRecorded(_ name: String) throws {
    let text = try String(contentsOfFile: "\(Self.folder)/\(name)", encoding: .utf8)
    let client = try KernelClient(
      KernelOptions(memoryLimit: 1 << 30, threads: 1, world: World()), options: nil)
    var expectations: [(line: Int, message: JSONValue)] = []
    func settle() throws {
      for (line, expected) in expectations {
        let isAnswer = expected["id"] != nil
        let found = try client.next { message in
          isAnswer
            ? message["id"] == expected["id"] : message["method"] == expected["method"]
        }.value
        let mismatch = TranscriptMatch.mismatch(found, expected)
        #expect(mismatch == nil, "\(name):\(line)")
      }
      expectations = []
    }
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      guard line.hasPrefix("> ") || line.hasPrefix("< ") else { continue }
      let json = line.dropFirst(2).replacing("$REPOSITORY", with: Self.repository)
      if line.hasPrefix("> ") {
        // Requests in a row are sent without waiting; an answer in between is waited for.
        try settle()
        client.send(Array(json.utf8))
      } else {
        expectations.append((index + 1, try JSONValue(parsing: Array(json.utf8))))
      }
    }
    try settle()
    #expect(client.unreadCount == 0, "\(name): an answer that is not recorded")
  }
}

/// Compares what the kernel sent with a line of a transcript, by the rules of protocol/README.md.
enum TranscriptMatch {
  static func mismatch(_ found: JSONValue, _ expected: JSONValue, path: String = "$") -> String? {
    switch (expected, found) {
    case (.string(let pattern), _) where pattern.hasPrefix("<") && pattern.hasSuffix(">"):
      let inner = String(pattern.dropFirst().dropLast())
      // A token's text may look like a pattern.
      return found == expected || fits(found, inner)
        ? nil : "\(path): expected \(pattern), found \(found.summary)"
    case (.object(let members), .object):
      for member in members.sortedMembers {
        let place = "\(path).\(member.name)"
        guard let other = found[member.name] else { return "\(place) is absent" }
        if let inner = mismatch(other, member.value, path: place) { return inner }
      }
      return nil
    case (.array(let elements), .array(let others)):
      guard elements.count == others.count else {
        return "\(path): expected \(elements.count) elements, found \(others.count)"
      }
      return zip(others, elements).enumerated().lazy
        .compactMap { mismatch($1.0, $1.1, path: "\(path)[\($0)]") }.first
    default:
      return found == expected || found.double == expected.double
        ? nil : "\(path): expected \(expected.summary), found \(found.summary)"
    }
  }

  private static func fits(_ value: JSONValue, _ pattern: String) -> Bool {
    switch (pattern, value) {
    case ("any", _), ("string", .string), ("array", .array), ("object", .object): return true
    case ("integer", _): return value.integerValue != nil
    case ("number", _): return value.double.isFinite
    default:
      let bounds = pattern.split(separator: "~").compactMap { Double($0) }
      return bounds.count == 2 && abs(value.double - bounds[0]) <= bounds[1]
    }
  }
}
