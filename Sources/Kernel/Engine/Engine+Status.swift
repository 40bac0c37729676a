import Autoencoders
import Interpretation
import JSONRPC
import KernelProtocol
import Models
import Tokenization
import Torch

extension Engine {
  /// What is resident, as `kernel/status` tells it, without what is each client's own.
  var status: KernelStatus.Result {
    let inContexts = clients.values.reduce(0) { $0 + $1.contextBytes }
    return KernelStatus.Result(
      health: warnings.isEmpty ? .ok : .warning,
      message: warnings.isEmpty ? nil : warnings.joined(separator: "; "),
      models: models.map {
        .init(
          model: $0.name, path: $0.path, architecture: $0.model.architecture,
          precision: ModelLoad.Precision($0.model.precision),
          resizing: $0.model.resizing.map(ModelLoad.Resizing.init), bytes: $0.model.byteCount,
          device: $0.device?.name)
      },
      saes: autoencoders.map {
        let weights = $0.autoencoder.weights
        return .init(
          sae: $0.autoencoder.name, path: $0.path, model: $0.modelName,
          site: $0.autoencoder.site.name, latents: weights.latentCount,
          k: weights.k, bytes: weights.byteCount)
      },
      contexts: [],
      queue: .init(running: nil, waiting: 0),
      memory: .init(
        limit: budget.limit, used: heldBytes,
        items: [
          .init(name: "contexts", bytes: inContexts),
          .init(name: "rounded encoders", bytes: roundedEncoderBytes),
          .init(name: "mapped weights", bytes: weightBytes),
        ] + (eightBitBytes > 0 ? [.init(name: "8-bit weights", bytes: eightBitBytes)] : [])
          + (turnedWeightBytes > 0
            ? [.init(name: "turned weights", bytes: turnedWeightBytes)] : [])),
      unicode: UnicodeForm.unicodeVersion, recipe: recipe,
      devices: devices.loaded.isEmpty ? nil : devices.loaded.map(KernelStatus.Device.init))
  }

  /// Each client's contexts.
  var contextStatus: [ClientID: [KernelStatus.Context]] {
    clients.mapValues { state in
      state.openContexts.map {
        .init(
          context: $0.name, version: $0.context.version, tokenCount: $0.context.tokenCount,
          bytes: $0.byteCount)
      }
    }
  }
}

extension KernelStatus.Device {
  init(_ loaded: LoadedDevice) {
    let device = loaded.device
    let memory = device.lossReason == nil ? device.memory() : nil
    self.init(
      device: loaded.name, name: device.name, library: device.library.version,
      total: memory?.total, free: memory?.free, message: device.lossReason)
  }
}
