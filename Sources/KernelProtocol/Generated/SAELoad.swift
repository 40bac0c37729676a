// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Loads a sparse autoencoder: a folder of sparsify, SAELens or dictionary_learning, or Gemma
/// Scope's params.npz. One whose width or site does not fit the model is refused.
package enum SAELoad: Request {
  package static let method = "sae/load"
  package static let lane = Lane.engine
  package static let isLong = true

  package struct Params: Codable, Sendable, Equatable {
    /// Absolute.
    package var path: String
    /// Where it reads the model, by any name of a decoder block's output: resid_post.24,
    /// model.layers.24, language_model.layers.24, blocks.24.hook_resid_post and the like. It
    /// overrides what the folder or the configuration says, with a warning where they differ;
    /// absent: what they say.
    package var site: String?
    /// Absent: the model loaded last.
    package var model: String?

    package init(path: String, site: String? = nil, model: String? = nil) {
      self.path = path
      self.site = site
      self.model = model
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var sae: String
    package var site: String
    package var latents: Int
    /// Latents active at a position; where each is judged by itself, all of them at most.
    package var k: Int
    package var inputSize: Int
    package var bytes: Int
    /// Whose files it was read from.
    package var format: Format
    /// Which latents are active: the k largest, all positive ones, or those above their thresholds.
    package var activation: Activation
    /// How well it fits the model on its newest open context, else on a probe prompt; absent where
    /// that does not vary.
    package var fit: Fit?

    package init(
      sae: String, site: String, latents: Int, k: Int, inputSize: Int, bytes: Int, format: Format,
      activation: Activation, fit: Fit? = nil
    ) {
      self.sae = sae
      self.site = site
      self.latents = latents
      self.k = k
      self.inputSize = inputSize
      self.bytes = bytes
      self.format = format
      self.activation = activation
      self.fit = fit
    }
  }

  package enum Activation: String, WireName {
    case topk
    case relu
    case jumprelu
  }

  package struct Fit: Codable, Sendable, Equatable {
    /// Fraction of variance unexplained.
    package var fvu: Double
    /// Mean number of active latents.
    package var l0: Double

    package init(fvu: Double, l0: Double) {
      self.fvu = fvu
      self.l0 = l0
    }
  }

  package enum Format: String, WireName {
    case sparsify
    case saelens
    case gemmaScope = "gemma-scope"
    case dictionaryLearning = "dictionary_learning"
  }
}
