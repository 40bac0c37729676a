import Foundation
import Images
import JSON
import JSONRPC
import Kernel
import KernelProtocol
import TestSupport
import Testing

/// Pictures and pages of an index's features over the wire.
@Suite(.serialized) struct FeaturePictureTests {
  private let folder: String
  private let world: TinyWorld
  private static let pictures = ["landscape", "portrait", "square", "wide"]

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "pictures-\(UUID())").path
    try FileManager.default.createDirectory(
      atPath: folder + "/pictures", withIntermediateDirectories: true)
    world = try TinyWorld()
    for name in Self.pictures {
      try Data(Fixtures.bytes("models/pictures/\(name).png")).write(to: file(name))
    }
  }

  private func file(_ name: String) -> URL { URL(filePath: "\(folder)/pictures/\(name).png") }

  /// A kernel with an open index and a feature that all four pictures activate in the base view.
  private func kernel() throws -> (KernelClient, feature: JSONValue) {
    let client = try KernelClient()
    try client.ask("model/load", ["path": world.model])
    let sae = try #require(try client.ask("sae/load", ["path": world.autoencoder])["sae"])
    let path = JSONValue.string(folder + "/index")
    let job = try client.ask(
      "index/build",
      ["path": path, "sae": sae, "corpus": ["folder": .string(folder + "/pictures")]])["job"]
    let done = try client.ask("job/wait", ["job": job ?? .null])
    #expect(done["state"] == "completed", "\(done.summary)")
    try client.ask("index/open", ["path": path, "sae": sae])
    for latent in 0..<512 {
      let feature: JSONValue = ["sae": sae, "index": .integer(Int64(latent))]
      guard
        let items = try? client.ask(
          "feature/examples", ["feature": feature, "view": "base", "topK": 10])["items"]
      else { break }
      if items.elements.count == 4 { return (client, feature) }
    }
    throw CocoaError(.featureUnsupported)
  }

  private func picture(_ rendering: JSONValue?) throws -> Picture {
    let base64 = try #require(rendering?["base64"]?.stringValue)
    let data = try #require(Data(base64Encoded: base64))
    return try PictureDecoder().picture(from: Array(data))
  }

  /// Black exactly outside the boxes that feature/examples tells, untouched inside.
  @Test(arguments: ["base", "tiles"])
  func blackMasksLeaveTheBoxesOfTheExamples(_ view: String) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (client, feature) = try kernel()
    let asked: JSONValue = ["feature": feature, "view": .string(view), "topK": 4]
    let examples = try client.ask("feature/examples", asked)["items"]?.elements ?? []
    let drawn = try client.ask(
      "feature/render",
      ["feature": feature, "view": .string(view), "topK": 4, "style": "black"])
    let renderings = drawn["renderings"]?.elements ?? []
    #expect(renderings.count == examples.count && drawn["missing"] == nil)
    for (example, rendering) in zip(examples, renderings) {
      #expect(rendering["item"] == example["item"] && rendering["score"] == example["score"])
      let path = try #require(example["image"]?["path"]?.stringValue)
      let original = try PictureDecoder().picture(atPath: path)
      let masked = try picture(rendering)
      #expect(masked.width == original.width && masked.height == original.height)
      let boxes = (example["positions"]?.elements ?? []).map {
        $0["box"]?.elements.compactMap(\.numberValue) ?? []
      }
      #expect(!boxes.isEmpty && boxes.allSatisfy { $0.count == 4 })
      var wrong = 0
      for y in 0..<original.height {
        for x in 0..<original.width {
          let (a, b) = (Double(x) + 0.5, Double(y) + 0.5)
          // Pixels whose centre is a border may fall to either side.
          if boxes.contains(where: { box in
            [box[0], box[2]].contains { abs($0 - a) < 1e-6 }
              || [box[1], box[3]].contains { abs($0 - b) < 1e-6 }
          }) {
            continue
          }
          let isSeen = boxes.contains { a > $0[0] && a < $0[2] && b > $0[1] && b < $0[3] }
          let expected = isSeen ? original[x, y] : (red: 0, green: 0, blue: 0)
          if masked[x, y] != expected { wrong += 1 }
        }
      }
      #expect(wrong == 0)
    }
    try client.shutDown()
  }

  @Test func everyStyleAndSizeIsDrawn() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (client, feature) = try kernel()
    for style in ["paper", "dimmed", "black", "weighted"] {
      for interpolation in ["patches", "smooth"] {
        let drawn = try client.ask(
          "feature/render",
          [
            "feature": feature, "view": "base", "topK": 1, "style": .string(style),
            "interpolation": .string(interpolation), "size": 120,
          ])
        let shown = try picture(drawn["renderings"]?.elements.first)
        #expect(
          style == "paper" ? shown.width == shown.height : max(shown.width, shown.height) == 120)
      }
    }
    let montage = try client.ask(
      "feature/render",
      [
        "feature": feature, "view": "base", "size": 64,
        "montage": ["columns": 2, "background": "dark"],
      ])["renderings"]?.elements
    #expect(montage?.count == 1)
    #expect(try picture(montage?.first).width == 2 * (64 + 12) + 12)
    let refusal = try client.refusal(
      "feature/render", ["feature": feature, "view": "tiles", "style": "paper"])
    #expect(refusal.kind == "unsupportedTarget")
    try client.shutDown()
  }

  @Test func picturesThatAreGoneOrChangedAreToldAndNotDrawn() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (client, feature) = try kernel()
    try FileManager.default.removeItem(at: file("wide"))
    // Of the same size, so that nothing but the digest tells.
    let square = try PictureDecoder().picture(atPath: file("square").path)
    let other = try Picture(
      width: square.width, height: square.height, pixels: square.pixels.map { 255 - $0 })
    try Data(PNGEncoder.data(other)).write(to: file("square"))
    let drawn = try client.ask(
      "feature/render", ["feature": feature, "view": "base", "topK": 10])
    #expect(drawn["renderings"]?.elements.count == 2)
    let missing = drawn["missing"]?.elements ?? []
    let messages = Dictionary(
      uniqueKeysWithValues: missing.map {
        ($0["name"]?.stringValue ?? "", $0["message"]?.stringValue ?? "")
      })
    #expect(messages["wide.png"]?.contains("not where it was") == true)
    #expect(messages["square.png"]?.contains("changed") == true)
    let html = try client.ask("feature/dashboard", ["feature": feature])["html"]?.stringValue ?? ""
    #expect(html.contains("not where it was") && html.contains("has changed"))
    try client.shutDown()
  }

  @Test func dashboardsComeAsTextOrAsAFile() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (client, feature) = try kernel()
    let told = try client.ask("feature/dashboard", ["feature": feature])
    let html = try #require(told["html"]?.stringValue)
    #expect(html.hasPrefix("<!doctype html>") && html.contains("data:image/png;base64,"))
    #expect(told["bytes"]?.integerValue == Int64(html.utf8.count))
    let path = folder + "/page.html"
    let written = try client.ask(
      "feature/dashboard", ["feature": feature, "path": .string(path)])
    #expect(written["html"] == nil && written["path"] == .string(path))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == html)
    for (path, kind) in [("page.html", "pathDenied"), ("/nowhere/at/all.html", "ioError")] {
      let refusal = try client.refusal(
        "feature/dashboard", ["feature": feature, "path": .string(path)])
      #expect(refusal.kind == kind)
    }
    let pipe = folder + "/pipe"
    #expect(unsafe mkfifo(pipe, 0o600) == 0)
    for (path, kind) in [(pipe, "a named pipe"), ("/dev/null", "a device"), (folder, "a folder")] {
      let refusal = try client.refusal(
        "feature/dashboard", ["feature": feature, "path": .string(path)])
      #expect(refusal.kind == "pathDenied" && refusal.message.contains(kind), "\(refusal.message)")
    }
    var status = stat()
    #expect(unsafe lstat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    let beyond: JSONValue = ["sae": feature["sae"] ?? .null, "index": 1_000_000]
    for method in ["feature/render", "feature/dashboard"] {
      #expect(try client.refusal(method, ["feature": beyond]).kind == "featureOutOfRange")
    }
    try client.shutDown()
  }

  /// Prompts of a picture with a text, and with an answer, are found again by
  /// the digest of all of it.
  @Test func picturesWithTextsAreKnownByBoth() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let lines = [
      #"{"image": "square.png", "text": "What is it?"}"#,
      #"{"image": "wide.png", "text": "What\nis it?", "answer": "A\nline"}"#,
    ]
    let prompts = folder + "/pictures/prompts.jsonl"
    try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: prompts))
    let client = try KernelClient()
    try client.ask("model/load", ["path": world.model])
    let sae = try #require(try client.ask("sae/load", ["path": world.autoencoder])["sae"])
    let path = JSONValue.string(folder + "/index")
    let job = try client.ask(
      "index/build", ["path": path, "sae": sae, "corpus": ["prompts": .string(prompts)]])["job"]
    let done = try client.ask("job/wait", ["job": job ?? .null])
    #expect(done["result"]?["items"] == 2, "\(done.summary)")
    try client.ask("index/open", ["path": path, "sae": sae])
    var seen: Set<String> = []
    for latent in 0..<64 {
      let feature: JSONValue = ["sae": sae, "index": .integer(Int64(latent))]
      guard
        let drawn = try? client.ask("feature/render", ["feature": feature, "view": "base"])
      else { continue }
      #expect(drawn["missing"] == nil, "\(drawn["missing"]?.elements.first?.summary ?? "")")
      for rendering in drawn["renderings"]?.elements ?? [] {
        seen.insert(rendering["name"]?.stringValue ?? "")
      }
    }
    #expect(seen.count == 2)
    try client.shutDown()
  }
}
