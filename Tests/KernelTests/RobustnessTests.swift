import Foundation
import JSON
import JSONRPC
import Kernel
import TestSupport
import Testing
import World

/// What memory, files and terminals are held to.
@Suite(.serialized) struct RobustnessTests {
  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "robust-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  @Test func aPictureIsRefusedForMemoryBeforeItIsDecoded() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let client = try KernelClient(KernelOptions(memoryLimit: 256 << 20, threads: 1, world: nil))
    try client.ask("model/load", ["path": try TinyWorld().model])
    // Nothing stands behind the header: decoding would fail in other words.
    let path = folder + "/large.png"
    try Data(ForgedPNG.header(width: 8000, height: 8000)).write(to: URL(filePath: path))
    let refusal = try client.refusal(
      "context/open",
      ["parts": [["image": ["path": .string(path)]]], "chat": ["template": "none"]])
    #expect(refusal.kind == "outOfMemory", "\(refusal)")
    #expect(refusal.message.contains("8000 × 8000"))
    #expect((refusal.data?["neededBytes"]?.integerValue ?? 0) >= 3 * 64_000_000)
    try client.shutDown()
  }

  /// Those of index builds, and those that an index shows.
  @Test func picturesOfIndexesAreRefusedForMemoryBeforeTheyAreDecoded() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let pictures = folder + "/pictures"
    try FileManager.default.createDirectory(atPath: pictures, withIntermediateDirectories: true)
    let plain = ForgedPNG.bomb(width: 1200, height: 1000)
    try Data(plain).write(to: URL(filePath: pictures + "/a.png"))
    // Nothing stands behind the header: decoding would fail in other words.
    try Data(ForgedPNG.header(width: 8000, height: 8000)).write(
      to: URL(filePath: pictures + "/b.png"))
    let (path, world) = (JSONValue.string(folder + "/index"), try TinyWorld())
    let builder = try KernelClient(KernelOptions(memoryLimit: 1 << 30, threads: 1, world: nil))
    try builder.ask("model/load", ["path": world.model])
    let sae = try builder.ask("sae/load", ["path": world.autoencoder])["sae"] ?? .null
    let job =
      try builder.ask(
        "index/build", ["path": path, "sae": sae, "corpus": ["folder": .string(pictures)]])["job"]
      ?? .null
    let built = try builder.ask("job/wait", ["job": job, "timeoutMs": 60_000], seconds: 90)
    #expect(built["result"]?["items"] == 1, "\(built)")
    try builder.ask("index/open", ["path": path, "sae": sae])
    let skipped = try builder.ask("index/skipped")["items"]?.elements ?? []
    #expect(skipped.count == 1)
    #expect(
      skipped.first?["message"]?.stringValue?.contains("the memory to decode 8000 × 8000 pixels")
        == true, "\(skipped)")
    let latent = try #require(
      try (0..<512).first {
        try builder.ask(
          "feature/examples",
          ["feature": ["sae": sae, "index": .integer(Int64($0))], "view": "base"])["items"]?
          .elements.isEmpty == false
      })
    try builder.shutDown()

    // 18 MB to decode 1.2 megapixels, of which a quarter of the limit is too little.
    for (limit, isShown) in [(64 << 20, false), (256 << 20, true)] {
      let viewer = try KernelClient(KernelOptions(memoryLimit: limit, threads: 1, world: nil))
      let index = try viewer.ask("index/open", ["path": path])["index"] ?? .null
      let found = try viewer.ask(
        "feature/render",
        [
          "feature": ["sae": sae, "index": .integer(Int64(latent))], "index": index,
          "view": "base",
        ])
      #expect((found["renderings"]?.elements.isEmpty == false) == isShown)
      let reason = found["missing"]?.elements.first?["message"]?.stringValue ?? ""
      #expect(reason.contains("the memory to decode 1200 × 1000 pixels") != isShown, "\(found)")
      try viewer.shutDown()
    }
  }

  @Test func aContextCountsItsPicturesAndTheirTiles() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let world = try TinyWorld()
    let client = try KernelClient()
    try client.ask("model/load", ["path": world.model])
    // 8-bit grey without a picture's noise: 1.2 megapixels in a kilobyte.
    let path = folder + "/plain.png"
    try Data(ForgedPNG.bomb(width: 1200, height: 1000)).write(to: URL(filePath: path))
    func bytes(_ parts: JSONValue) throws -> Int64 {
      let opened = try client.ask("context/open", ["parts": parts, "chat": ["template": "none"]])
      let contexts = try client.ask("kernel/status")["contexts"]?.elements ?? []
      return contexts.first { $0["context"] == opened["context"] }?["bytes"]?.integerValue ?? 0
    }
    let image: JSONValue = ["image": ["path": .string(path)]]
    #expect(try bytes([image]) > 3 * 1200 * 1000)
    try client.shutDown()
  }

  @Test func picturesComeByEveryAddressOfThisMachine() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let client = try KernelClient()
    try client.ask("model/load", ["path": try TinyWorld().model])
    let path = Fixtures.path("models/pictures/square.png")
    let base64 = Data(try Fixtures.bytes("models/pictures/square.png")).base64EncodedString()
    func count(_ image: JSONValue) throws -> JSONValue? {
      try client.ask(
        "context/open",
        ["parts": [["text": .null, "image": image]], "chat": ["template": "none"]])["tokenCount"]
    }
    let expected = try count(["path": .string(path), "uri": .null])
    #expect(expected != nil)
    for uri in ["file://\(path)", "file://localhost\(path)", "data:image/png;base64,\(base64)"] {
      #expect(try count(["uri": .string(uri)]) == expected, "\(uri.prefix(30))")
    }
    for uri in ["file://elsewhere\(path)", "data:image/png,abc", "data:image/png;base64,?"] {
      let refusal = try client.refusal(
        "context/open", ["parts": [["image": ["uri": .string(uri)]]]])
      #expect(["pathDenied", "imageUnreadable"].contains(refusal.kind), "\(refusal)")
    }
    try client.shutDown()
  }

  @Test func noControlCharacterOfANameReachesATerminal() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let program = try #require(ProgramRun.lucarne())
    let name = "\(folder)/red\u{1B}[31m\u{9B}2J\u{202E}name\u{7}"
    try Data("not an index".utf8).write(to: URL(filePath: name))
    for words in [
      ["index", "check", name], ["index", "check", name + "x"], ["serve", "--\(name)"],
    ] {
      let text = try ProgramRun.run([program] + words).text
      #expect(text.contains("\\u{1B}[31m"), "\(text)")
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" })
      #expect(
        !text.unicodeScalars.contains { (0x7F...0x9F).contains($0.value) || $0.value == 0x202E })
    }
  }

  @Test func aModelCutShortWhileInUseIsNamed() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let program = try #require(ProgramRun.lucarne())
    let model = folder + "/model"
    try FileManager.default.copyItem(atPath: Fixtures.path("models/llama3"), toPath: model)
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = ["serve", "--model", model, "--jobs", "", "--cache", ""]
    let (input, output, errors) = (Pipe(), Pipe(), Pipe())
    (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)
    try process.run()
    func ask(_ id: Int, _ method: String, _ params: JSONValue) throws {
      let message: JSONValue = [
        "jsonrpc": "2.0", "id": .integer(Int64(id)), "method": .string(method), "params": params,
      ]
      try input.fileHandleForWriting.write(contentsOf: Data(message.bytes() + [10]))
    }
    func prompt(_ text: String) -> JSONValue {
      ["parts": [["text": .string(text)]], "chat": ["template": "none"]]
    }
    try ask(1, "initialize", [:])
    try ask(2, "context/open", prompt("one"))
    var answers = Data()
    while answers.firstRange(of: Data("\"id\":2".utf8)) == nil {
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { break }
      answers += more
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: model)
      .filter { $0.hasSuffix(".safetensors") }
    for file in files { #expect(unsafe truncate("\(model)/\(file)", 0) == 0) }
    try ask(3, "context/open", prompt("another one, which reads the weights again"))
    process.waitUntilExit()
    let words = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(process.terminationStatus == 74 && process.terminationReason == .exit)
    #expect(files.contains { words.contains("\(model)/\($0)") }, "\(words)")
    #expect(words.contains("cut short"))
  }
}
