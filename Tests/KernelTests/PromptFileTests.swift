import Foundation
import JSON
import JSONRPC
import Testing

/// What `prompt/check` reads in a file, held to what protocol/prompt-files.md says.
@Suite struct PromptFileTests {
  private let client: KernelClient

  init() throws { client = try KernelClient() }

  private func check(_ text: String, directory: JSONValue? = nil) throws -> JSONValue {
    var params: JSONObject = ["text": .string(text)]
    params["directory"] = directory
    return try client.ask("prompt/check", .object(params))
  }

  /// Roles with the texts, or the names of the images in brackets.
  private func turns(_ checked: JSONValue) -> [[String]] {
    checked["turns"]?.elements.map { turn in
      [turn["role"]?.stringValue ?? ""]
        + (turn["parts"]?.elements ?? []).map { part in
          part["text"]?.stringValue ?? "[\(part["image"]?.stringValue ?? "")]"
        }
    } ?? []
  }

  private func messages(_ checked: JSONValue, _ severity: String = "error") -> [String] {
    checked["diagnostics"]?.elements.filter { $0["severity"]?.stringValue == severity }
      .compactMap { $0["message"]?.stringValue } ?? []
  }

  private static let pictures = TinyWorld.path("models/pictures")

  @Test func aWholeFileIsRead() throws {
    let checked = try check(
      """
      ---
      # What the demo asks.
      images:
        room: landscape.png   # relative
        other: "square.png"
      template: none
      answer: " No"
      baseline: " Yes"  # a comment
      steer:
        123: 50
        7: -1.5e1
      ---
      @system
      Be brief.
      @user
      ![room]
      Is there a red circle?
      @assistant
      It
      """, directory: Self.pictures)
    #expect(messages(checked).isEmpty && messages(checked, "warning").isEmpty)
    let front = try #require(checked["front"])
    let folder = try #require(Self.pictures.stringValue)
    #expect(
      front["images"]
        == [
          ["name": "room", "path": .string(folder + "/landscape.png")],
          ["name": "other", "path": .string(folder + "/square.png")],
        ])
    #expect(front["template"] == "none")
    #expect(front["answer"] == " No" && front["baseline"] == " Yes")
    #expect(front["steer"] == [["index": 123, "value": 50.0], ["index": 7, "value": -15.0]])
    #expect(
      turns(checked) == [
        ["system", "Be brief."],
        ["user", "[other]", "[room]", "Is there a red circle?"], ["assistant", "It"],
      ])
    let user = try #require(checked["turns"]?.elements[1])
    #expect(user["range"] == range(14, 0, 16, 22))
    #expect(
      user["parts"]?.elements.compactMap { $0["range"] }
        == [range(4, 2, 4, 21), range(15, 0, 15, 7), range(16, 0, 16, 22)])
  }

  private func range(_ a: Int64, _ b: Int64, _ c: Int64, _ d: Int64) -> JSONValue {
    [
      "start": ["line": .integer(a), "character": .integer(b)],
      "end": ["line": .integer(c), "character": .integer(d)],
    ]
  }

  @Test(arguments: [
    ("hello", [["user", "hello"]]),
    ("\n\n  hello \n\n", [["user", "  hello "]]),
    ("a\n\nb\n@assistant\n\nc\n\n", [["user", "a\n\nb"], ["assistant", "c"]]),
    ("@user\n@@user\n@@@x\na@b", [["user", "@user\n@@x\na@b"]]),
    ("@user\r\none\r\ntwo\r\n", [["user", "one\ntwo"]]),
    ("@user\rone\rtwo", [["user", "one\ntwo"]]),
    ("\u{FEFF}@user\nx", [["user", "x"]]),
    ("---\n---\nx", [["user", "x"]]),
    ("@user\nx\n---\ny", [["user", "x\n---\ny"]]),
    ("@user\nwow !![x] ![not a name] !", [["user", "wow ![x] ![not a name] !"]]),
    ("x\n@assistant\n", [["user", "x"], ["assistant"]]),
  ])
  func turnsAreRead(text: String, expected: [[String]]) throws {
    let checked = try check(text)
    #expect(messages(checked).isEmpty)
    #expect(turns(checked) == expected)
  }

  @Test(arguments: [
    ("![a]\nx", ["[a]", "x"]),
    ("\n  ![a] \n\nx\n![b]", ["[a]", "x", "[b]"]),
    ("x\n![a]\ny", ["x\n", "[a]", "y"]),
    ("x ![a] and ![b]!", ["x ", "[a]", " and ", "[b]", "!"]),
    ("x ![a]\ny ![a]", ["[b]", "x ", "[a]", "\ny ", "[a]"]),
    ("![a] ![b]", ["[a]", "[b]"]),
    ("x", ["[a]", "[b]", "x"]),
    ("x !![a]", ["[a]", "[b]", "x ![a]"]),
  ])
  func imagesStandWhereTheyAreNamed(turn: String, expected: [String]) throws {
    let checked = try check(
      "---\nimages:\n  a: landscape.png\n  b: wide.png\n---\n@user\n" + turn,
      directory: Self.pictures)
    #expect(messages(checked).isEmpty)
    let found = turns(checked)[0].dropFirst()
    let all = ["[a]", "[b]"].filter { !turn.contains("!" + $0) && !expected.contains($0) }
    #expect(Array(found) == all + expected)
  }

  @Test func rangesCountUTF16() throws {
    let text = "@user\n𝒳e\u{301} ![nix] 🟥"
    let checked = try check(text)
    let found = try #require(checked["diagnostics"]?.elements.first?["range"])
    // 𝒳 is two code units, e and its accent are one each.
    #expect(found == range(1, 5, 1, 11))
    #expect(checked["turns"]?.elements[0]["range"] == range(0, 0, 1, 14))
  }

  @Test(arguments: [
    ("---\nmodel: /x", "has no end"),
    ("---\nanwser: x\n---\ny", "there is no key \"anwser\""),
    ("---\nanswer: x\nanswer: y\n---\ny", "given twice"),
    ("---\nsae: /\nsae-k: 0\n---\ny", "\"sae-k\" is \"0\", expected a whole number above zero"),
    ("---\nsae: /\nsae-input-scale: -1\n---\ny", "expected a number above zero"),
    ("---\nsae: /\nsae-activation: top\n---\ny", "expected one of \"topk\""),
    ("---\nsae-k: 3\n---\ny", "goes with \"sae\""),
    ("---\nanswer:\n---\ny", "\"answer\" has no value"),
    ("---\nanswer: # none\n---\ny", "\"answer\" has no value"),
    ("---\njust text\n---\ny", "expected \"key: value\""),
    ("---\n  answer: x\n---\ny", "are indented"),
    ("---\nsteer: 5\n---\ny", "takes indented lines"),
    ("---\nsteer:\n\t5: 1\n---\ny", "not with a tab"),
    ("---\nsteer:\n  five: 1\n---\ny", "a latent is a whole number"),
    ("---\nsteer:\n  -5: 1\n---\ny", "a latent is a whole number"),
    ("---\nsteer:\n  99999999999999999999: 1\n---\ny", "a latent is a whole number"),
    ("---\nsteer:\n  5: inf\n---\ny", "expected a number"),
    ("---\nsteer:\n  5: 0x10\n---\ny", "expected a number"),
    ("---\nsteer:\n  5: 1\n  5: 2\n---\ny", "given twice"),
    ("---\nimages:\n  a b: x.png\n---\ny", "an image's name has letters"),
    ("---\nimages:\n  a: [x.png]\n---\ny", "must be written as a JSON string"),
    ("---\nanswer: 'x'\n---\ny", "must be written as a JSON string"),
    ("---\nanswer: - x\n---\ny", "must be written as a JSON string"),
    ("---\nanswer: a: b\n---\ny", "must be written as a JSON string"),
    ("---\nanswer: \"x\n---\ny", "no closing quotation mark"),
    ("---\nanswer: \"\\x\"\n---\ny", "a JSON string, such as"),
    ("---\nanswer: \"x\" y\n---\ny", "nothing but a comment"),
    ("---\ntemplate: chat\n---\ny", "expected one of \"model\", \"none\""),
    ("---\nimages:\n  a: x.png\n---\ny", "needs a file's folder"),
    ("---\nimages:\n  a: /nowhere/x.png\n---\ny", "does not exist"),
    ("---\nimages:\n  a: /tmp\n---\ny", "is not a file"),
    ("---\nimages:\n  a: /dev/zero\n---\ny", "is not a file"),
    ("---\nimages:\n  a: \"/tmp/\\u0000\"\n---\ny", "zero byte"),
    ("---\nimages:\n  a: \"\"\n---\ny", "is not empty"),
    ("---\nmodel: /dev/null\n---\ny", "is not a folder"),
    ("@usr\nx", "not @system, @user or @assistant"),
    ("@user \nx", "not @system, @user or @assistant"),
    ("x ![nothing]", "there is no image \"nothing\""),
    ("", "the prompt is empty"),
    ("@user\n\n@assistant\n", "the prompt is empty"),
  ])
  func whatIsWrongIsToldWhereItIs(text: String, expected: String) throws {
    let checked = try check(text)
    let found = messages(checked)
    #expect(found.contains { $0.contains(expected) }, "\(found)")
    for diagnostic in checked["diagnostics"]?.elements ?? [] {
      let lines = text.components(separatedBy: "\n")
      for end in ["start", "end"] {
        let line = Int(diagnostic["range"]?[end]?["line"]?.integerValue ?? -1)
        let character = Int(diagnostic["range"]?[end]?["character"]?.integerValue ?? -1)
        #expect(lines.indices.contains(line) && (0...lines[line].utf16.count).contains(character))
      }
    }
  }

  @Test(arguments: [
    ("---\nbaseline: x\n---\ny", "\"answer\", which is missing"),
    ("@user\nx\n@user\ny", "make one message"),
    ("@system\n@user\ny", "this turn is empty"),
  ])
  func whatIsDoubtfulIsAWarning(text: String, expected: String) throws {
    let checked = try check(text)
    #expect(messages(checked).isEmpty)
    #expect(messages(checked, "warning").contains { $0.contains(expected) })
  }

  @Test func pathsMayLeaveTheFolder() throws {
    let checked = try check(
      "---\nimages:\n  a: ../pictures/./wide.png\n---\nx", directory: Self.pictures)
    #expect(messages(checked).isEmpty)
    let refusal = try client.refusal("prompt/check", ["text": "x", "directory": "pictures"])
    #expect(refusal.kind == "pathDenied")
  }

  @Test func hugeAndHostileFilesAreReadToTheirEnd() throws {
    let large = try check(String(repeating: "x", count: (4 << 20) + 1))
    #expect(messages(large).first?.contains("at most") == true)
    _ = try check("---\n" + String(repeating: "a: b\n", count: 300_000) + "---\nx")
    _ = try check("---\nimages:\n" + String(repeating: " a: b\n", count: 300_000) + "---\nx")
    _ = try check(String(repeating: "@user\n", count: 300_000))
    _ = try check(String(repeating: "![", count: 1_000_000))
    _ = try check(String(repeating: "![a]", count: 500_000))
    _ = try check(String(repeating: "\r\n", count: 1_000_000) + "x")
    let steer = (0..<5000).map { "  \($0): 1\n" }.joined()
    let many = try check("---\nsteer:\n" + steer + "---\nx")
    #expect(messages(many).first?.contains("at most 1024") == true)
    #expect(many["diagnostics"]?.elements.count ?? 999 <= 110)
    try client.expectAlive()
  }

  /// Files made by chance from what has a meaning: none ends the kernel, and
  /// every range is in the file.
  @Test func noFileIsTooOdd() throws {
    let pieces = [
      "---\n", "@user\n", "@assistant", "@@", "![a]", "!![", "images:\n", "  a: /tmp/x.png\n",
      "steer:\n", " 1: 2\n", "\"", "\\", "#", ": ", "\r", "\n", "\r\n", "\t", "é", "𝒳", "\u{301}",
      "\u{FEFF}", "\0", "x", " ", "answer: \" No\"\n",
    ]
    var generator = SplitMix(state: 20240)
    for _ in 0..<400 {
      let text = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
        pieces.randomElement(using: &generator) ?? ""
      }.joined()
      let checked = try check(text)
      let bytes = Array(text.utf8)
      let lineCount =
        bytes.indices.filter { index in
          bytes[index] == 0x0A
            || (bytes[index] == 0x0D && bytes[min(index + 1, bytes.count - 1)] != 0x0A)
        }.count + 1
      for diagnostic in checked["diagnostics"]?.elements ?? [] {
        let line = diagnostic["range"]?["end"]?["line"]?.integerValue ?? -1
        #expect((0..<Int64(lineCount)).contains(line), "\(text.debugDescription)")
      }
    }
  }
}

/// Numbers by chance, the same each time.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
