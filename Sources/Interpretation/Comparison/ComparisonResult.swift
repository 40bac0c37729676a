/// How a target's difference between two contexts divides among features.
package struct ComparisonResult: Sendable {
  package struct Item: Sendable {
    package let latent: Int
    /// What it explains of first − second, to first order.
    package let predicted: Float
    /// The fall of the first context's target with the second one's activations.
    package let intoFirst: Float
    /// The rise of the second context's target with the first one's activations.
    package let intoSecond: Float
    /// Where its activations differ most.
    package let places: [Place]
  }
  package struct Place: Sendable, Equatable {
    /// Nil where only the other context has it.
    package let first: Int?
    package let second: Int?
    package let activation: Float
    package let other: Float
  }
  /// The target's value in the first context and in the second.
  package let first: Float
  package let second: Float
  /// Largest magnitude of what was predicted first.
  package let items: [Item]
  /// The same with all features at once.
  package let allIntoFirst: Float
  package let allIntoSecond: Float
  package let alignment: Alignment
  /// Latents whose activations differ somewhere.
  package let differing: Int
  /// Predicted beside the mean of both directions.
  package let agreement: Agreement
}
