import Autoencoders
package import FeatureIndex
package import Interpretation
package import Models
import Tensors

extension IndexIdentity {
  /// Identifies a model and an autoencoder by what they hold, not by where they lie.
  /// Throws `CheckpointError`.
  package init(model: Model, autoencoder: LoadedAutoencoder) throws {
    let weights = autoencoder.weights
    self.init(
      model: SHA256.digest(of: try model.contentSample()).hexadecimal,
      autoencoder: SHA256.digest(of: weights.contentSample()).hexadecimal,
      site: autoencoder.site.name, latentCount: weights.latentCount,
      activation: weights.activationName, geometry: ViewGeometry(model))
  }
}

extension SparseAutoencoder {
  private static let sampledRows = 64

  fileprivate var activationName: String {
    let name = activation.k.map { "\(activation.name) \($0)" } ?? activation.name
    return normalisation == .none ? name : "\(name), \(normalisation.rawValue)"
  }

  /// Sizes, biases, and some rows of encoder and decoder, as numbers: the same in
  /// whatever format they are stored.
  func contentSample() -> [UInt8] {
    let step = max(1, latentCount / Self.sampledRows)
    let rows = Array(stride(from: 0, to: latentCount, by: step))
    var bytes = Array("\(latentCount) \(inputSize) \(k)\n".utf8)
    for numbers in [encoderBias, decoderBias] { append(numbers, to: &bytes) }
    if case .jumpReLU(let thresholds) = activation { append(thresholds, to: &bytes) }
    // What changes codes beside the numbers; nothing for those that change nothing.
    if activation.isSigned { bytes += Array(activation.name.utf8) }
    if normalisation != .none { bytes += Array(normalisation.rawValue.utf8) }
    if let skip {
      let step = max(1, skip.rows / Self.sampledRows)
      let sample = skip.gather(rows: Array(stride(from: 0, to: skip.rows, by: step)))
      for row in 0..<sample.rows { append(sample.row(row), to: &bytes) }
    }
    for weights in [encoder, decoder] {
      let sample = weights.gather(rows: rows)
      for row in 0..<sample.rows { append(sample.row(row), to: &bytes) }
    }
    return bytes
  }

  private func append(_ numbers: [Float], to bytes: inout [UInt8]) {
    for number in numbers {
      for shift in stride(from: 0, to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: number.bitPattern >> UInt32(shift)))
      }
    }
  }
}
