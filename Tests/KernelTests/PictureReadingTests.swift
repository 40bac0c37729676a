import Images
import JSON
import Kernel
import KernelProtocol
import TestSupport
import Testing

/// The ways of transformers that a client chooses between, over the wire. What each makes of a
/// picture's pixels is held to transformers itself by the tests of `Images`.
@Suite struct PictureReadingTests {
  private let folder = Fixtures.path("models/llama3")

  private func logits(
    of image: JSONValue, _ client: KernelClient, model: JSONValue
  ) throws -> [Double] {
    let opened = try client.ask(
      "context/open",
      ["parts": [["image": image]], "chat": ["template": "none"], "model": model])
    let context = try #require(opened["context"])
    let answer = try client.ask("context/logits", ["context": context, "topK": 384])
    let items = answer["items"]?.elements ?? []
    return items.sorted { ($0["token"]?.double ?? 0) < ($1["token"]?.double ?? 0) }
      .map { $0["logit"]?.double ?? .nan }
  }

  @Test(arguments: ["rgba.png", "orientation-6.png"])
  func aPictureIsReadAsItsRequestSays(_ name: String) throws {
    let client = try KernelClient()
    let model = try #require(try client.ask("model/load", ["path": .string(folder)])["model"])
    let path = Fixtures.path("images/\(name)")
    var seen: [[Double]] = []
    for (reading, treatment) in [("loadImage", PictureTreatment.loaded), ("open", .opened)] {
      let picture = try PictureDecoder(treatment: treatment).picture(atPath: path)
      let plain = try Base64.encode(PNGEncoder.data(picture))
      let expected = try logits(of: ["base64": .string(plain)], client, model: model)
      let found = try logits(
        of: ["path": .string(path), "reading": .string(reading)], client, model: model)
      #expect(found == expected, "\(reading)")
      seen.append(found)
    }
    #expect(seen[0] != seen[1])
    #expect(try logits(of: ["path": .string(path)], client, model: model) == seen[0])
    let refusal = try client.refusal(
      "context/open", ["parts": [["image": ["path": .string(path), "reading": "opened"]]]])
    #expect(refusal.message.contains("loadImage"), "\(refusal)")
  }

  @Test func theModelsResizingIsChosenWhenItIsLoadedAndTold() throws {
    let client = try KernelClient(.init(memoryLimit: 1 << 30, threads: 1, world: nil))
    let tall = try Picture(
      width: 20, height: 90, pixels: (0..<5400).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 7) })
    let image: JSONValue = ["base64": .string(Base64.encode(try PNGEncoder.data(tall)))]
    var seen: [String: [Double]] = [:]
    for resizing in ["torchvision", "pillow", "pillow13"] {
      let loaded = try client.ask(
        "model/load", ["path": .string(folder), "resizing": .string(resizing)])
      let model = try #require(loaded["model"])
      let status = try client.ask("kernel/status")["models"]?.elements ?? []
      #expect(status.first { $0["model"] == model }?["resizing"] == .string(resizing))
      seen[resizing] = try logits(of: image, client, model: model)
    }
    #expect(Set(seen.values).count == 3)
    let fresh = try KernelClient(.init(memoryLimit: 1 << 30, threads: 1, world: nil))
    let model = try #require(try fresh.ask("model/load", ["path": .string(folder)])["model"])
    #expect(try logits(of: image, fresh, model: model) == seen["torchvision"])
    #expect(try fresh.ask("kernel/status")["unicode"] == "14.0.0")
  }
}
