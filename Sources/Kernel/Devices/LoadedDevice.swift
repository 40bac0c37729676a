import Autoencoders
import Models
import Tensors
import Torch

/// A device that models are loaded on.
final class LoadedDevice {
  let device: TorchDevice
  /// Bytes that contexts and the working sets of requests may take together; nil where the device's
  /// memory is the process's.
  private(set) var limit: Int?
  /// Whether its loss has been told and its models are on the processor.
  var isGivenUp = false

  /// What stays free for PyTorch's own kernels and libraries.
  private static let reserve = 1 << 30

  init(_ device: TorchDevice) { self.device = device }

  /// As it is asked for.
  var name: String { "\(device.place)" }

  /// Refuses weights of something that would not fit.
  private func admit(weights bytes: Int, of holder: String) throws(KernelError) {
    guard let free = device.memory()?.free else { return }
    let available = max(0, free - Self.reserve)
    guard bytes <= available else {
      throw .outOfMemory(
        purpose: "holding \(holder)'s weights on \(name)", needed: bytes, available: available)
    }
  }

  /// Notes what is left beside the weights of the models that are loaded.
  /// - Parameter held: what contexts hold there already.
  func measure(held: Int) {
    limit = device.memory().map { max(0, $0.free + held - Self.reserve) }
  }

  /// What a model's layers run on here. `watch` hears of its weights.
  func engine(watch: UploadWatch) -> LayerEngine {
    LayerEngine { [self] precision, _, bytes in
      let operators = try TorchOperators(device: device, precision: precision, watch: watch)
      try admit(weights: bytes, of: "the model")
      return operators
    }
  }

  /// The same autoencoder, its products made here. `watch` hears of its weights.
  func copy(_ autoencoder: SparseAutoencoder, watch: UploadWatch) throws -> SparseAutoencoder {
    try admit(
      weights: autoencoder.encoder.byteCount + autoencoder.decoder.byteCount,
      of: "the autoencoder")
    let operators = try TorchOperators(device: device, precision: .float32, watch: watch)
    return try autoencoder.with(
      latents: TorchLatents(
        encoder: autoencoder.encoder, bias: autoencoder.encoderBias, decoder: autoencoder.decoder,
        operators: operators))
  }
}
