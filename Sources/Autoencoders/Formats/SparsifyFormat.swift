import Checkpoints
import Tensors

/// EleutherAI's sparsify: `cfg.json` and `sae.safetensors`, which is mapped. Its site is the name
/// of the folder: of a module, whose output it reads, or with `transcode` whose input it reads and
/// whose output it makes, b_dec not taken off. With `skip_connection` x·W_skipᵀ is added.
struct SparsifyFormat: AutoencoderFormat {
  static let name = "sparsify"
  static let marker = "cfg.json"
  static let weightsName = "sae.safetensors"

  private let file: SafetensorsFile
  private let path: String

  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    let keys = try ConfigurationSection(path: folder.file("cfg.json"))
    let sizes = try AutoencoderConfiguration(keys)
    let transcodes = try keys.isSet("transcode")
    let stated = folder.stated.map { transcodes ? $0.asTranscoder : $0 }
    try stated?.require(path: folder.path, asked: folder.asked)
    let weights = SparsifyFormat(file: try folder.safetensors(), path: folder.weightsPath)
    let (latentCount, inputSize) = (sizes.latentCount, sizes.inputSize)
    return AutoencoderParts(
      inputSize: inputSize, latentCount: latentCount, activation: .topK(sizes.k),
      subtractsDecoderBias: !transcodes, stated: stated,
      encoder: try weights.matrix("encoder.weight", rows: latentCount, columns: inputSize),
      encoderBias: try weights.vector("encoder.bias", count: latentCount),
      decoder: try weights.matrix("W_dec", rows: latentCount, columns: inputSize),
      decoderBias: try weights.vector("b_dec", count: inputSize),
      skip: try weights.skip(isConfigured: try keys.isSet("skip_connection"), width: inputSize))
  }

  private func matrix(_ name: String, rows: Int, columns: Int) throws -> WeightMatrix {
    let weights: WeightMatrix
    do { weights = try file.matrix(name, rows: rows, columns: columns) } catch {
      throw failure(name, "\(error)")
    }
    if rows * columns * weights.type.byteCount <= MemoryAllowance.scannedBytes,
      let place = weights.firstNonFinite()
    {
      throw failure(name, "not a finite number at row \(place.row), column \(place.column)")
    }
    return weights
  }

  private func vector(_ name: String, count: Int) throws -> [Float] {
    let values: [Float]
    do { values = try file.vector(name, count: count) } catch { throw failure(name, "\(error)") }
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw failure(name, "not a finite number at element \(place)")
    }
    return values
  }

  /// W_skip [D, D], which the library saves where the configuration says so and nowhere else.
  private func skip(isConfigured: Bool, width: Int) throws -> WeightMatrix? {
    guard isConfigured || file.entries["W_skip"] != nil else { return nil }
    guard isConfigured else {
      throw failure("W_skip", "a skip connection, and skip_connection of cfg.json is not true")
    }
    return try matrix("W_skip", rows: width, columns: width)
  }

  private func failure(_ name: String, _ reason: String) -> CheckpointError {
    .tensor(path: path, name: name, reason: reason)
  }
}
