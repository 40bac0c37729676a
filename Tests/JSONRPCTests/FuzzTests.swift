import Glibc
import JSON
import JSONRPC
import TestSupport
import Testing

/// Changes the texts in `Tests/Fixtures/fuzz` at random. Nothing may trap or hang, and what was fed
/// must not decide whether a good message behind it is read.
@Suite struct FuzzTests {
  @Test func framesNeverWedgeTheParser() throws {
    let corpus = try corpus("frames")
    #expect(corpus.count == 10)
    let body = "{\"sentinel\":true}"
    // The line feed ends a broken line; twice, since the first may be taken
    // for the rest of a frame.
    let frame = "\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    let limits = FramingLimits(body: 4096, skip: 1 << 16)
    let sentinel = Array(String(repeating: frame, count: 2000).utf8)
    let run = FuzzRun(rounds: 300, seed: 21)
    run("frames") { _, generator in
      var parser = FrameParser(limits: limits)
      let stream = mutated(corpus, &generator)
      var events: [FrameEvent] = []
      var start = 0
      while start < stream.count {
        let end = min(stream.count, start + Int.random(in: 1...64, using: &generator))
        events += parser.push(stream[start..<end])
        start = end
      }
      if events.contains(where: { if case .fatal = $0 { true } else { false } }) {
        return .refused
      }
      let after = parser.push(sentinel[...])
      #expect(after.contains { isSentinel($0, body) || isFatal($0) }, "\(stream)")
      return .answered
    }
  }

  @Test func whateverIsReadIsWrittenAndReadAgain() throws {
    let corpus = try corpus("json")
    #expect(corpus.count == 8)
    let run = FuzzRun(rounds: 20_000, seed: 22)
    let found = try run("JSON") { _, generator in
      let text = mutated(corpus, &generator)
      guard let value = try? JSONValue(parsing: text) else { return .refused }
      let again = try JSONValue(parsing: value.bytes())
      #expect(again == value)
      _ = try? Message(value)
      return .answered
    }
    #expect(found.answered > 0 && found.refused > 0)
  }

  private func isSentinel(_ event: FrameEvent, _ body: String) -> Bool {
    guard case .body(let bytes) = event else { return false }
    return String(decoding: bytes, as: UTF8.self).contains("sentinel")
  }

  private func isFatal(_ event: FrameEvent) -> Bool {
    if case .fatal = event { true } else { false }
  }

  /// One text of the corpus with a few bytes changed, dropped, doubled or taken from another.
  private func mutated(_ corpus: [[UInt8]], _ generator: inout SplitMix) -> [UInt8] {
    var bytes = corpus.randomElement(using: &generator) ?? []
    for _ in 0..<Int.random(in: 0...6, using: &generator) where !bytes.isEmpty {
      let index = Int.random(in: 0..<bytes.count, using: &generator)
      let end = Int.random(in: index...min(bytes.count, index + 12), using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes.removeSubrange(index..<end)
      case 2: bytes.insert(contentsOf: bytes[index..<end], at: index)
      case 3: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      default:
        let other = corpus.randomElement(using: &generator) ?? []
        bytes.insert(contentsOf: other.prefix(Int.random(in: 0...20, using: &generator)), at: index)
      }
    }
    return bytes
  }

  private func corpus(_ name: String) throws -> [[UInt8]] {
    let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let folder = "/\(tests)/Fixtures/fuzz/\(name)"
    let directory = unsafe opendir(folder)
    guard let directory = unsafe directory else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return try names.sorted().map { try contents("\(folder)/\($0)") }
  }

  private func contents(_ path: String) throws -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    return Array(bytes.prefix(max(0, count)))
  }
}
