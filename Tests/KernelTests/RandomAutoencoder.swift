import Checkpoints
import Foundation

/// A TopK autoencoder of random numbers in sparsify's layout, k = 6.
enum RandomAutoencoder {
  static func write(width: Int, latents: Int, to folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    var state: UInt64 = 7
    func numbers(_ count: Int) -> [Float] {
      (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(state >> 40) / Float(1 << 24) - 0.5
      }
    }
    var writer = SafetensorsWriter()
    writer.add("encoder.weight", shape: [latents, width], numbers(latents * width))
    writer.add("encoder.bias", shape: [latents], numbers(latents))
    writer.add("W_dec", shape: [latents, width], numbers(latents * width))
    writer.add("b_dec", shape: [width], numbers(width))
    try writer.write(to: folder + "/sae.safetensors")
    try Data(#"{"d_in": \#(width), "num_latents": \#(latents), "k": 6}"#.utf8)
      .write(to: URL(filePath: folder + "/cfg.json"))
  }
}
