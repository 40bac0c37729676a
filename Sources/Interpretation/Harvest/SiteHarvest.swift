package import Models
package import Tensors

/// Collects the tensor at one site over many prompts, to train or measure an autoencoder on.
package struct SiteHarvest {
  /// Where it is read.
  private enum Source {
    case block(Site)
    case tower(layer: Int)
  }

  package let model: Model
  private let source: Source

  package init(model: Model, site: Site) {
    self.model = model
    source = .block(site)
  }

  /// What an autoencoder of a site reads.
  package init(model: Model, reading site: AutoencoderSite) {
    self.model = model
    source = site.towerLayer.map { .tower(layer: $0) } ?? .block(site.input)
  }

  /// The tensor `[T, …]` of every token of a prompt, template and pictures included, or of the
  /// first `count` of them. What lies above the site never runs, and neither do tokens behind those
  /// asked for and what they see: a picture's base view, which comes before its tiles, has the
  /// residual that it has beside them. At a layer of the vision tower, for which no decoder runs,
  /// tokens that are no patch have zeros.
  package func callAsFunction(
    _ prompt: Prompt, first count: Int? = nil, cancellation: Cancellation
  ) throws -> Matrix {
    let wanted = min(count ?? prompt.tokens.count, prompt.tokens.count)
    switch source {
    case .block(let site):
      return try tensor(at: site, of: prompt, first: wanted, cancellation: cancellation)
    case .tower(let layer):
      return try tower(layer, of: prompt, first: wanted, cancellation: cancellation).rows(wanted)
    }
  }

  /// The rows of a prompt that an autoencoder reads: all of them, or those of patches.
  package func read(_ prompt: Prompt, cancellation: Cancellation) throws -> Matrix {
    let count = prompt.tokens.count
    guard case .tower(let layer) = source else {
      return try self(prompt, cancellation: cancellation)
    }
    let run = try tower(layer, of: prompt, first: count, cancellation: cancellation)
    return run.rows(count).rows((0..<count).filter(run.covers))
  }

  /// The working set in bytes of a prompt.
  package func byteCount(_ prompt: Prompt) -> Int {
    guard case .tower = source, let tower = model.towerBytes(prompt.images.map(\.tiles)) else {
      return model.prefillBytes(prompt)
    }
    return tower.kept + tower.working
  }

  private func tower(
    _ layer: Int, of prompt: Prompt, first count: Int, cancellation: Cancellation
  ) throws -> TowerRun {
    try TowerRun(
      prompt, model: model, layer: layer, before: count, reading: true, cancellation: cancellation)
  }

  private func tensor(
    at site: Site, of prompt: Prompt, first wanted: Int, cancellation: Cancellation
  ) throws -> Matrix {
    var (cache, tap) = (model.makeCache(for: prompt), SiteTap([site]))
    let positions = 0..<cache.spans.end(of: wanted)
    let stream = try model.decoder.forward(
      model.embeddings(
        prompt, positions: positions, cache: &cache, cancellation: cancellation),
      over: .input(of: 0)..<site.point, cache: &cache, tap: &tap, cancellation: cancellation)
    return (tap.found[site] ?? stream).slice(rows: 0..<wanted)
  }
}
