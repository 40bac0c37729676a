import Autoencoders
import Interpretation
package import JSONRPC
package import KernelProtocol
import Models
import Tensors

extension SAELoad: EngineAnswerable {
  /// Maps an autoencoder, refuses one that does not fit the model, and measures its fit.
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let loaded: ResidentAutoencoder
    do {
      loaded = try engine.loadAutoencoder(
        path: FilePath(params.path).path, site: params.site,
        options: AutoencoderOptions(params), modelName: params.model, call: call)
    } catch {
      FreedMemory.release()
      throw error
    }
    let (name, weights) = (loaded.autoencoder.name, loaded.autoencoder.weights)
    let fit = try engine.fit(of: loaded, cancellation: Cancellation(call))
    engine.warn(of: fit, loaded)
    return Result(
      sae: name, site: loaded.autoencoder.site.name, latents: weights.latentCount, k: weights.k,
      inputSize: weights.inputSize,
      outputSize: loaded.autoencoder.site.isOfOnePlace ? nil : weights.outputSize,
      bytes: weights.byteCount,
      format: Format(weights.format), activation: Activation(weights.activation),
      fit: fit.flatMap { fit in
        fit.fvu.flatMap { $0.isFinite ? Fit(fvu: $0, l0: fit.l0) : nil }
      })
  }
}

extension AutoencoderOptions {
  /// What a request says beside the files.
  init(_ params: SAELoad.Params) {
    self.init(k: params.k, inputScale: params.inputScale, asked: params.activation)
  }

  /// What `initialize` or a prompt file says beside the files.
  init(_ options: SAEOptions) {
    self.init(k: options.k, inputScale: options.inputScale, asked: options.activation)
  }

  private init(k: Int?, inputScale: Double?, asked: SAEOptions.Activation?) {
    self.init(
      k: k, inputScale: inputScale.map(Float.init), activation: asked.map(Activation.init))
  }
}

extension AutoencoderOptions.Activation {
  fileprivate init(_ asked: SAEOptions.Activation) {
    self =
      switch asked {
      case .topk: .topK
      case .relu: .relu
      case .jumprelu: .jumpReLU
      case .signedTopk: .signedTopK
      }
  }
}

extension SAELoad.Format {
  /// An autoencoder that was not read from files is never loaded by a request.
  init(_ format: String?) { self = format.flatMap(Self.init(rawValue:)) ?? .sparsify }
}

extension SAELoad.Activation {
  init(_ activation: LatentActivation) {
    self =
      switch activation {
      case .topK: .topk
      case .relu: .relu
      case .jumpReLU: .jumprelu
      case .signedTopK: .signedTopk
      case .absoluteTopK: .absTopk
      }
  }
}
