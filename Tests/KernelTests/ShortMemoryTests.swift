import Foundation
import JSON
import Kernel
import Tensors
import Testing
import World

/// What the engine leaves out where memory is short, and that answers do not show it.
@Suite struct ShortMemoryTests {
  /// The bytes of rounded encoders, and the strongest features of a picture's answer.
  private func found(memoryLimit: Int, world: World) throws -> (bytes: Int64?, items: JSONValue?) {
    let client = try KernelClient(KernelOptions(memoryLimit: memoryLimit, threads: 2, world: world))
    try client.ask("model/load", ["path": .string(world.model)])
    let sae = try client.ask("sae/load", ["path": .string(world.autoencoder)])["sae"] ?? nil
    let names = try FileManager.default.contentsOfDirectory(atPath: world.heldOut).sorted()
    let picture = try #require(names.first { $0.hasSuffix(".png") })
    let opened = try client.ask(
      "context/open",
      [
        "parts": [
          ["image": ["path": .string("\(world.heldOut)/\(picture)")]],
          ["text": "Does the image show Bolivia?"],
        ]
      ])
    // As many tokens as it takes for an encoder to be rounded while it is read.
    #expect(
      try #require(opened["tokenCount"]?.integerValue)
        >= RoundedWeights.Rounding.bfloat16AsRead.fewestRows)
    let answer = try client.ask(
      "attribution/compute",
      [
        "context": opened["context"] ?? nil, "sae": sae, "method": "gradient", "topK": 100,
        "target": ["kind": "logitDiff", "answer": ["text": "Yes"], "baseline": ["text": "No"]],
      ])
    let memory = try client.ask("kernel/status")["memory"]?["items"]?.elements ?? []
    let encoders = memory.first { $0["name"]?.stringValue == "rounded encoders" }
    return (encoders?["bytes"]?.integerValue, answer["items"] ?? nil)
  }

  /// Of 2,048 latents and 192 inputs, two bytes a weight and two floats a latent; the floats alone
  /// where 64 MiB leave no room for a picture of 4,096 tokens beside the copy.
  @Test func noCopyOfAnEncoderIsKeptAndAnswersAreTheSame() throws {
    let world = try #require(World())
    let ample = try found(memoryLimit: 1 << 30, world: world)
    let short = try found(memoryLimit: 64 << 20, world: world)
    #expect(ample.items?.elements.count == 100 && ample.items == short.items)
    let path = KernelPath.best
    guard path.findsFasterRounded, RoundedWeights.Rounding.fastest(on: path) == .bfloat16 else {
      #expect(ample.bytes == short.bytes)
      return
    }
    let (copy, floats): (Int64, Int64) = (2_048 * 192 * 2, 2_048 * 8)
    #expect(ample.bytes == copy + floats && short.bytes == floats)
  }
}
