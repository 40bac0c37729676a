// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Loads a sparse autoencoder from the files of sparsify, SAELens, Gemma Scope, dictionary_learning
/// and others (SAELoad.Format). One whose width or site does not fit the model is refused.
package enum SAELoad: Request {
  package static let method = "sae/load"
  package static let lane = Lane.engine
  package static let isLong = true

  package struct Params: Codable, Sendable, Equatable {
    /// Absolute: a folder, one that holds a folder or file for each layer, or such a file.
    package var path: String
    /// Where it reads the model, by any name of a tensor of a block: resid_post.24,
    /// model.layers.24, blocks.24.hook_resid_post and the like for the stream after a block,
    /// mlp_out.24 or blocks.24.hook_mlp_out for what its MLP adds. A transcoder's is transcoder.24,
    /// or two names, "mlp_in.24 -> mlp_out.24"; vision.resid_post.22 is a layer of the vision
    /// tower. It overrides what the folder or the configuration says, with a warning where they
    /// differ; absent: what they say.
    package var site: String?
    /// Absent: the model loaded last.
    package var model: String?
    /// Latents active at a token, for files that do not say it. Refused where they do and mean
    /// another number, or have no use for it.
    package var k: Int?
    /// What activations are multiplied by before they are encoded, and reconstructions divided by:
    /// the factor of SAELens' expected_average_only_in, which its files do not hold, or that of
    /// vlm-saes, which otherwise is taken from the file's name.
    package var inputScale: Double?
    /// Which latents are active, where the files leave it open: topk or signed-topk for Qwen-Scope
    /// (absent: topk, without values below zero), topk or jumprelu for dictionary_learning's ae.pt
    /// without its config.json, relu or topk for circuit-tracer's whose config.yaml has no top_k.
    package var activation: SAEOptions.Activation?

    package init(
      path: String, site: String? = nil, model: String? = nil, k: Int? = nil,
      inputScale: Double? = nil, activation: SAEOptions.Activation? = nil
    ) {
      self.path = path
      self.site = site
      self.model = model
      self.k = k
      self.inputScale = inputScale
      self.activation = activation
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      path = try members.decode(String.self, forKey: .path)
      site = try members.decodeIfPresent(String.self, forKey: .site)
      model = try members.decodeIfPresent(String.self, forKey: .model)
      k = try members.optionalInteger(.k, in: 1...Int.max)
      inputScale = try members.decodeIfPresent(Double.self, forKey: .inputScale)
      activation = try members.decodeIfPresent(SAEOptions.Activation.self, forKey: .activation)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var sae: String
    package var site: String
    package var latents: Int
    /// Latents active at a position; where each is judged by itself, all of them at most.
    package var k: Int
    package var inputSize: Int
    /// Of a transcoder: the width of what it makes of what it reads.
    package var outputSize: Int?
    package var bytes: Int
    /// Whose files it was read from.
    package var format: Format
    /// Which latents are active: the k largest that are positive, all positive ones, those above
    /// their thresholds, the k largest whatever their sign, or the k of largest magnitude. The last
    /// two may be below zero.
    package var activation: Activation
    /// How well it fits the model on its newest open context, else on a probe prompt; absent where
    /// that does not vary, and where it is no finite number.
    package var fit: Fit?

    package init(
      sae: String, site: String, latents: Int, k: Int, inputSize: Int, outputSize: Int? = nil,
      bytes: Int, format: Format, activation: Activation, fit: Fit? = nil
    ) {
      self.sae = sae
      self.site = site
      self.latents = latents
      self.k = k
      self.inputSize = inputSize
      self.outputSize = outputSize
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
    case signedTopk = "signed-topk"
    case absTopk = "abs-topk"
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
    case gemmaScope2 = "gemma-scope-2"
    case dictionaryLearning = "dictionary_learning"
    case circuitTracer = "circuit-tracer"
    case moground
    case qwenScope = "qwen-scope"
    case mmdiff
    case vlmSaes = "vlm-saes"
    case llamaScope = "llama-scope"
    case llamascopium
    case overcomplete
  }
}
