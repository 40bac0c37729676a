package import Models
package import Tensors

/// Collects the residual stream at one block over many prompts, to train or measure an autoencoder on.
package struct ResidualHarvest {
  package let model: LlavaNextModel
  /// The block whose output is collected.
  package let block: Int

  package init(model: LlavaNextModel, block: Int) {
    self.model = model
    self.block = block
  }

  /// The residual `[T, D]` of every token of a prompt, template and pictures included. Blocks above the
  /// site never run.
  package func callAsFunction(_ prompt: Prompt, cancellation: Cancellation) throws -> Matrix {
    var cache = model.decoder.makeCache()
    return try model.decoder.forward(
      model.embeddings(prompt, cancellation: cancellation), blocks: 0..<block + 1, cache: &cache,
      cancellation: cancellation)
  }
}
