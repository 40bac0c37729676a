package import Models
package import Tensors

/// Collects the residual stream at one block over many prompts, to train or
/// measure an autoencoder on.
package struct ResidualHarvest {
  package let model: Model
  /// The block whose output is collected.
  package let block: Int

  package init(model: Model, block: Int) {
    self.model = model
    self.block = block
  }

  /// The residual `[T, D]` of every token of a prompt, template and pictures included, or of the
  /// first `count` of them. Blocks above the site never run, and neither do tokens behind those
  /// asked for and what they see: a picture's base view, which comes before its tiles, has the
  /// residual that it has beside them.
  package func callAsFunction(
    _ prompt: Prompt, first count: Int? = nil, cancellation: Cancellation
  ) throws -> Matrix {
    var cache = model.makeCache(for: prompt)
    let wanted = min(count ?? prompt.tokens.count, prompt.tokens.count)
    let positions = 0..<cache.spans.end(of: wanted)
    let residual = try model.decoder.forward(
      model.embeddings(
        prompt, positions: positions, cache: &cache, cancellation: cancellation),
      blocks: 0..<block + 1, cache: &cache, cancellation: cancellation)
    return residual.slice(rows: 0..<wanted)
  }
}
