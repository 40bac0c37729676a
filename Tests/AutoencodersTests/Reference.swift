import Autoencoders
import Checkpoints
import Foundation
import Tensors

/// The files that Tests/Fixtures/make/autoencoders.py wrote.
struct Reference {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/autoencoders").path
  static let formats = ["float32", "float16", "bfloat16"]

  let file: SafetensorsFile

  init(_ name: String) throws {
    file = try SafetensorsFile(path: "\(Self.folder)/\(name).safetensors")
  }

  /// A tensor of two dimensions, or a vector as one row.
  func matrix(_ name: String) throws -> Matrix {
    let shape = try file.entry(name).shape
    return Matrix(
      rows: shape.count < 2 ? 1 : shape[0], columns: shape.last ?? 1, values: try file.floats(name))
  }

  func number(_ name: String) throws -> Double { Double(try file.floats(name)[0]) }

  func parameters(_ prefix: String) throws -> AutoencoderParameters {
    AutoencoderParameters(
      encoder: try matrix("\(prefix).encoder.weight"),
      encoderBias: try matrix("\(prefix).encoder.bias"),
      decoder: try matrix("\(prefix).W_dec"), decoderBias: try matrix("\(prefix).b_dec"))
  }

  /// What was changed before top-k was taken again, in the case `key`.
  func change(_ name: String, of key: String) throws -> LatentChange {
    let latent = Int(try number("\(key).latent"))
    return switch name {
    case "zero": .init(rows: [0..<23], latent: latent, rule: .zero)
    case "smallClamp": .init(rows: [0..<23], latent: latent, rule: .clamp(0.01))
    case "largeClamp": .init(rows: [4..<12], latent: latent, rule: .clamp(50))
    case "add": .init(rows: [2..<5, 4..<9], latent: latent, rule: .add(0.75))
    default: .init(rows: [0..<23], latent: latent, rule: .scale(-2))
    }
  }

  /// The active latents of a row, from the padded `values` and `indices`.
  func row(_ row: Int, of name: String) throws -> [(latent: Int, value: Float)] {
    let (indices, values) = (try matrix("\(name).indices"), try matrix("\(name).values"))
    return zip(indices.row(row), values.row(row)).filter { $0.0 >= 0 }
      .map { (latent: Int($0.0), value: $0.1) }
  }

  static let compute = Compute(team: ThreadTeam(threadCount: 2), precision: .float32)

  static func autoencoder(_ format: String) throws -> SparseAutoencoder {
    try SparseAutoencoder(path: "\(folder)/\(format)", compute: compute)
  }
}

/// A folder of its own for a test, removed with the value.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/lucarne-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// A copy of the float32 autoencoder that a test may spoil, under `name`.
  func copyAutoencoder(as name: String = "layers.1") throws -> String {
    let target = "\(path)/\(name)"
    try FileManager.default.copyItem(
      atPath: "\(Reference.folder)/float32/model.layers.3", toPath: target)
    return target
  }
}
