import Checkpoints
import Tensors

/// EleutherAI's sparsify: `cfg.json` and `sae.safetensors`, which is mapped. Its site
/// is the name of the folder.
struct SparsifyFormat: AutoencoderFormat {
  static let name = "sparsify"
  static let marker = "cfg.json"
  static let weightsName = "sae.safetensors"

  private let file: SafetensorsFile
  private let path: String

  static func parts(
    of folder: AutoencoderFolder, memory: inout MemoryAllowance
  ) throws -> AutoencoderParts {
    try folder.stated?.require(path: folder.path, asked: folder.asked)
    let sizes = try AutoencoderConfiguration(path: folder.file("cfg.json"))
    let weights = SparsifyFormat(file: try folder.safetensors(), path: folder.weightsPath)
    try weights.refuseSkipConnection()
    let (latentCount, inputSize) = (sizes.latentCount, sizes.inputSize)
    return AutoencoderParts(
      inputSize: inputSize, latentCount: latentCount, activation: .topK(sizes.k),
      subtractsDecoderBias: true, stated: folder.stated,
      encoder: try weights.matrix("encoder.weight", rows: latentCount, columns: inputSize),
      encoderBias: try weights.vector("encoder.bias", count: latentCount),
      decoder: try weights.matrix("W_dec", rows: latentCount, columns: inputSize),
      decoderBias: try weights.vector("b_dec", count: inputSize))
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

  /// `W_skip` belongs to a transcoder, whose output is not a reconstruction of its input.
  private func refuseSkipConnection() throws {
    guard file.entries["W_skip"] == nil else {
      throw failure("W_skip", "a skip connection, which is not implemented")
    }
  }

  private func failure(_ name: String, _ reason: String) -> CheckpointError {
    .tensor(path: path, name: name, reason: reason)
  }
}
