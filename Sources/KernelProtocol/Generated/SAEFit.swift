// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// How well an autoencoder fits its model on open contexts, by kind of token, and whether another
/// convention than its files' fits better.
///
/// Positions count to one kind: first (position 0, whose residual is far longer than any other in
/// many models), text, each view of a picture by its name, and newline (what closes a view's rows);
/// all is every position but the first, and last the one the answer is read at. The conventions are
/// measured over all: what another reading of the same weights leaves of the variance, or the same
/// reading a block below or above.
package enum SAEFit: Request {
  package static let method = "sae/fit"
  package static let lane = Lane.engine
  package static let isLong = true

  package struct Params: Codable, Sendable, Equatable {
    package var sae: String
    /// Absent: all open contexts of the autoencoder's model.
    package var context: String?

    package init(sae: String, context: String? = nil) {
      self.sae = sae
      self.context = context
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var sae: String
    package var site: String
    package var contexts: Int
    package var kinds: [Kind]
    /// Those that the autoencoder could have been meant by.
    package var conventions: [Reading]
    /// The convention that leaves least of the variance, where that is at most half of what the
    /// files' leaves; absent where none does.
    package var better: Convention?
    /// The better convention in a sentence; absent with it.
    package var explanation: String?

    package init(
      sae: String, site: String, contexts: Int, kinds: [Kind], conventions: [Reading],
      better: Convention? = nil, explanation: String? = nil
    ) {
      self.sae = sae
      self.site = site
      self.contexts = contexts
      self.kinds = kinds
      self.conventions = conventions
      self.better = better
      self.explanation = explanation
    }
  }

  package enum Convention: String, WireName {
    /// b_dec taken off the input where the files' reading does not, or left there where it does.
    case decoderBias
    /// values below zero kept among the k largest, or left out where they are kept; blockBelow and
    /// blockAbove: the same place of the neighbouring block.
    case signs
    case blockBelow
    case blockAbove
    /// activations brought to the mean norm √D before they are encoded, reconstructions brought
    /// back.
    case unitScale
  }

  package struct Kind: Codable, Sendable, Equatable {
    package var kind: String
    package var tokens: Int
    /// Fraction of the variance about these positions' own mean that is unexplained; absent where
    /// they do not vary.
    package var fvu: Double?
    /// Σ‖ŷ − y‖² / Σ‖y‖²; absent where y is zero.
    package var relativeError: Double?
    /// The mean of ‖ŷ‖ / ‖y‖.
    package var normRatio: Double
    /// Mean number of active latents.
    package var l0: Double

    package init(
      kind: String, tokens: Int, fvu: Double? = nil, relativeError: Double? = nil,
      normRatio: Double, l0: Double
    ) {
      self.kind = kind
      self.tokens = tokens
      self.fvu = fvu
      self.relativeError = relativeError
      self.normRatio = normRatio
      self.l0 = l0
    }
  }

  package struct Reading: Codable, Sendable, Equatable {
    package var convention: Convention
    /// Over the positions of all, as there; absent where they do not vary.
    package var fvu: Double?
    /// Mean number of active latents.
    package var l0: Double

    package init(convention: Convention, fvu: Double? = nil, l0: Double) {
      self.convention = convention
      self.fvu = fvu
      self.l0 = l0
    }
  }
}
