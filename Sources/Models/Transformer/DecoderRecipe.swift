package import Tensors

/// What decoders differ by: their sizes, and where the families' formulas part. A value.
///
/// Common to all: RMS norms before each half of a block and before the head, gated feed-forward
/// halves, a causal mask, rotary embedding of whole heads in halves. A family that departs from one
/// of these adds it here, and to the operator beside whose formula it stands.
package struct DecoderRecipe: Sendable, Equatable {
  package var vocabularySize: Int  // V
  package var hiddenSize: Int  // D
  package var intermediateSize: Int  // F
  package var headCount: Int  // H
  /// G. Grouped-query attention: `headCount` is a multiple of it.
  package var keyValueHeadCount: Int
  package var headSize: Int  // d, even; H · d need not be D
  /// The most tokens that a sequence may have.
  package var contextLength: Int
  /// Whether embeddings are multiplied by √D.
  package var scalesEmbeddings = false
  /// What scores q·k are multiplied by; nil: 1/√d.
  package var attentionScale: Double?
  /// What the gate of a feed-forward half goes through.
  package var gate = GateActivation.silu
  package var norms: Norms
  package var biases: Biases
  /// Whether the head is the embeddings again.
  package var tiedHead: Bool
  /// By block.
  package var layers: [Layer]

  package struct Norms: Sendable, Equatable {
    package var epsilon: Double
    /// Whether each head's queries and keys go through norms of their own before they are rotated.
    package var areOnQueriesAndKeys = false
    /// Whether what each half of a block adds goes through a norm before it is added.
    package var areOnUpdates = false
    /// Whether a norm multiplies by 1 + w, w what the file holds.
    package var addOne = false
  }

  /// Which projections add a bias.
  package struct Biases: Sendable, Equatable {
    package var queriesKeysAndValues = false
    package var attentionOutput = false
    package var feedForward = false
  }

  package struct Layer: Sendable, Equatable {
    package var rotary: RotaryRecipe
    /// Keys this many tokens back, or more, are not seen; nil sees all.
    package var window: Int?
  }

  package var layerCount: Int { layers.count }
  /// Columns of queries, H · d.
  var queryWidth: Int { headCount * headSize }
  /// Columns of keys and of values, G · d.
  var keyWidth: Int { keyValueHeadCount * headSize }
}
