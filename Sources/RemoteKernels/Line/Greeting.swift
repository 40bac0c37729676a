/// The line by which `attach` on the other machine says that it has reached a kernel: nothing
/// before it is ours, such as what a shell prints as it starts.
package struct Greeting: Sendable, Equatable {
  /// The program's version.
  package let version: String
  /// The protocol's version.
  package let wire: String

  package init(version: String, wire: String) {
    self.version = version
    self.wire = wire
  }

  private static let mark = "#lucarne-attach"

  /// With its line feed, and one before it: a shell may have printed something that has none, such
  /// as a terminal's title.
  package var line: String { "\n\(Self.mark) \(version) \(wire)\n" }

  init?(line: String) {
    let words = line.split(separator: " ", omittingEmptySubsequences: true)
    guard words.count >= 3, words[0] == Self.mark else { return nil }
    (version, wire) = (String(words[1]), String(words[2].filter { $0 != "\r" }))
  }

  /// Whether programs of the two can speak with each other.
  func understands(_ other: Greeting) -> Bool {
    wire.prefix { $0 != "." } == other.wire.prefix { $0 != "." }
  }
}

/// Looks for a greeting in what another machine sends.
package struct GreetingReader {
  /// Bytes before it beyond which there will be none.
  private static let noiseLimit = 64 << 10

  package init() {}

  private var line: [UInt8] = []
  private var noiseBytes = 0
  /// What came before it, the last of it.
  private(set) var noise = ""
  package private(set) var greeting: Greeting?
  /// Whether so much else came that no greeting will.
  package var isTooNoisy: Bool { noiseBytes > Self.noiseLimit }

  /// - Returns: what comes behind the greeting.
  package mutating func push(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var rest = bytes
    while greeting == nil, !isTooNoisy, let end = rest.firstIndex(of: 0x0A) {
      line += rest[..<end]
      noiseBytes += end + 1 - rest.startIndex
      rest = rest[(end + 1)...]
      let text = String(decoding: line, as: UTF8.self)
      line = []
      greeting = Greeting(line: text)
      if greeting == nil, !text.isEmpty { noise = String(text.prefix(200)) }
    }
    guard greeting == nil else { return rest }
    line += rest
    noiseBytes += rest.count
    return []
  }
}
