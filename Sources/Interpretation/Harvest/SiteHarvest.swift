package import Models
package import Tensors

/// Collects the tensor at one site over many prompts, to train or measure an autoencoder on.
package struct SiteHarvest {
  package let model: Model
  package let site: Site

  package init(model: Model, site: Site) {
    self.model = model
    self.site = site
  }

  /// The tensor `[T, …]` of every token of a prompt, template and pictures included, or of the
  /// first `count` of them. What lies above the site never runs, and neither do tokens behind those
  /// asked for and what they see: a picture's base view, which comes before its tiles, has the
  /// residual that it has beside them.
  package func callAsFunction(
    _ prompt: Prompt, first count: Int? = nil, cancellation: Cancellation
  ) throws -> Matrix {
    var (cache, tap) = (model.makeCache(for: prompt), SiteTap([site]))
    let wanted = min(count ?? prompt.tokens.count, prompt.tokens.count)
    let positions = 0..<cache.spans.end(of: wanted)
    let stream = try model.decoder.forward(
      model.embeddings(
        prompt, positions: positions, cache: &cache, cancellation: cancellation),
      over: .input(of: 0)..<site.point, cache: &cache, tap: &tap, cancellation: cancellation)
    return (tap.found[site] ?? stream).slice(rows: 0..<wanted)
  }
}
