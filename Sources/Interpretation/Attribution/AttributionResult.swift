/// How the output depends on the features of a context.
///
/// A positive score supports the target: it is, to first order, the fall of the target when the activation
/// is set to zero. (The paper's formula has the opposite sign.)
package struct AttributionResult: Sendable {
  /// One feature at one position, or a sum over positions or features.
  package struct Item: Sendable, Equatable {
    /// Nil when items are summed over features.
    package var latent: Int?
    /// Nil when items are summed over positions.
    package var position: Int?
    /// z, or the largest z of a sum.
    package var activation: Float
    package var score: Float
  }
  /// The share of one part of the prompt.
  package struct PartScore: Sendable, Equatable {
    package let part: String
    package let score: Float
  }
  /// Σ score + b_dec·Σ g + Σ ε·g = Σ x·g, over all positions.
  package struct Completeness: Sendable, Equatable {
    /// Σ over every active (t, j) of its score.
    package let sum: Double
    /// b_dec · Σ_t g_t.
    package let bias: Double
    /// Σ_t ε_t · g_t; zero when the error term is dropped.
    package let errorTerm: Double
    /// Σ_t (the residual the blocks above ran on)_t · g_t.
    package let total: Double
  }
  /// An item's score beside its measured fall.
  package struct Verification: Sendable {
    package struct Item: Sendable, Equatable {
      package let latent: Int
      package let position: Int?
      package let predicted: Float
      package let measured: Float
    }
    package let items: [Item]
    /// Pearson's correlation of predicted and measured; nil for fewer than two items or no variance.
    package let pearson: Double?
  }

  /// The name under which `byPart` gives the tokens of the chat template.
  package static let templatePart = "template"

  package let targetValue: Float
  /// Highest score first.
  package let items: [Item]
  package let byPart: [PartScore]
  package let completeness: Completeness
  package let verification: Verification?
  /// Σ_j score of each position, all positions, for pictures.
  package let byPosition: [Float]
  /// For exact ablation: how many candidates were measured, of how many.
  package let measured: Int?
  package let candidates: Int?
  /// For integrated gradients: the target's fall between the two ends of the path, which the region's
  /// scores approach.
  package let endpointDifference: Float?
}
