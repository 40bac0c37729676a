/// How the output depends on the features of a context.
///
/// A positive score supports the target: it is, by the method asked for, the fall of the target
/// when the activation is set to zero. (The paper's formula has the opposite sign.)
package struct AttributionResult: Sendable {
  /// One feature at one position, or a sum over positions or features.
  package struct Item: Sendable, Equatable {
    /// Whose feature it is, by its number in the question.
    package var autoencoder = 0
    /// Nil when items are summed over features.
    package var latent: Int?
    /// Nil when items are summed over positions.
    package var position: Int?
    /// z, or the largest z of a sum.
    package var activation: Float
    /// By the method asked for.
    package var score: Float
    /// The exact fall, where it was measured.
    package var measured: Float?

    /// The best that is known of it.
    package var bestKnown: Float { measured ?? score }

    var place: Place { Place(autoencoder: autoencoder, latent: latent, position: position) }
  }
  /// What an item is about: a latent, a position, or one at the other.
  struct Place: Hashable {
    let autoencoder: Int
    let latent: Int?
    let position: Int?
  }
  /// What is told of each autoencoder.
  package struct OfAutoencoder: Sendable {
    package let completeness: Completeness
    /// Σ_j score of each position, all positions, for pictures.
    package let byPosition: [Float]
  }
  /// sum + bias + skip + errorTerm + bypass = total, over all positions; s is the residual stream,
  /// y what the autoencoder makes again, ε what it leaves of it. Of a site in the stream s is y,
  /// and nothing passes it by.
  package struct Completeness: Sendable, Equatable {
    /// Σ over every active (t, j) of z_tj · (W_dec[j] · g_t).
    package let sum: Double
    /// b_dec · Σ_t g_t.
    package let bias: Double
    /// Σ_t (W_skip·x_t)·g_t; zero without a skip connection.
    package let skip: Double
    /// Σ_t ε_t · g_t; zero when the error term is dropped.
    package let errorTerm: Double
    /// What the stream holds beside y: Σ_t s_t · (its gradient) − Σ_t y_t · g_t.
    package let bypass: Double
    /// Σ_t s_t · (its gradient), s being what lies above the site ran on.
    package let total: Double
    /// Σ over the biases of all projections above the site of bias · gradient there. With the
    /// conserving rule total + projectionBias is the target, where that is linear in the logits.
    package let projectionBias: Double
  }

  package let targetValue: Float
  /// Whether the scores are those of the conserving rule.
  package let isConserving: Bool
  /// Largest magnitude first, by what was measured where it was, else by the score: what a method
  /// ranks wrongly is most often large, and so among what is measured.
  package let items: [Item]
  /// In the order of the question.
  package let autoencoders: [OfAutoencoder]
  /// Nil where nothing was measured again, or everything is measured.
  package let verification: Verification?
  /// For exact ablation: how many candidates were measured, of how many.
  package let measured: Int?
  package let candidates: Int?
  /// For integrated gradients: the target's fall between the two ends of the path, and the sum of
  /// the region's scores, which approaches it.
  package let path: Path?
  /// For each term of the target: its value and the score of each item.
  package let table: [TermScores]?

  /// Of the only autoencoder, or of the first.
  package var completeness: Completeness { autoencoders[0].completeness }
  /// Of the only autoencoder, or of the first.
  package var byPosition: [Float] { autoencoders[0].byPosition }

  package struct Path: Sendable, Equatable {
    package let difference: Float
    package let sum: Double
    /// What the sum leaves of the difference.
    package var remainder: Double { Double(difference) - sum }
  }

  package struct TermScores: Sendable, Equatable {
    package let value: Float
    /// Beside `items`.
    package let scores: [Float]
  }
}
