package import Checkpoints
package import Tensors

/// Which tensors of its blocks this decoder has, and how a change of one reaches the stream.
extension Decoder {
  /// The tensor that a place's name stands for on this model.
  /// - Throws: for what is no such place, or not on this model.
  package func site(named name: String) throws(SiteRefusal) -> Site {
    try site(SiteName(name), named: name)
  }

  /// - Parameter name: what was given, for messages.
  package func site(_ place: SiteName, named name: String) throws(SiteRefusal) -> Site {
    if case .towerLayer = place {
      throw SiteRefusal(
        reason: "\"\(name.prefix(200))\" is in the vision tower, and no tensor of the decoder's "
          + "blocks")
    }
    guard case .place(let named, let block) = place else {
      throw SiteRefusal(reason: SiteName.refusal(of: name))
    }
    guard block < blockCount else {
      throw SiteRefusal(
        reason: "\"\(name.prefix(200))\" is in block \(block), the model has blocks 0 … "
          + "\(blockCount - 1)")
    }
    return Site(recipe.place(of: named), block: block)
  }

  /// Why a change of a tensor is none that the residual stream gains; nil where it is.
  package func refusal(ofChanging site: Site) -> String? {
    guard !site.isAdded else { return nil }
    return "\(site.name) is read by a half of a block and not added to the residual stream: a "
      + "change of it is no change of the stream, which the rest of the model could run on"
  }

  /// The place that a module's name stands for on this model; every other is itself.
  package func place(of named: BlockPlace) -> BlockPlace { recipe.place(of: named) }

  /// Columns of a tensor.
  package func width(of site: Site) -> Int {
    site.place == .attentionHeads ? recipe.queryWidth : hiddenSize
  }

  /// What the residual stream at `site.point` gains, `[t, D]`, where a tensor that is added to it
  /// gains `change` `[t, width]`.
  /// - Parameter y: the tensor without the change, `[t, width]`, on which it depends behind a norm.
  package func streamChange(of change: Matrix, from y: Matrix, at site: Site) throws -> Matrix {
    precondition(site.isAdded, "\(site) is not added to the residual stream")
    return try blocks.streamChange(of: change, from: y, at: site)
  }

  /// The gradient at such a tensor `y` `[t, width]` from that of the stream at `site.point`
  /// `[t, D]`; the pullback of `streamChange`.
  package func gradient(
    at site: Site, of y: Matrix, streamGradient: Matrix, rule: PullbackRule
  ) throws -> Matrix {
    precondition(site.isAdded, "\(site) is not added to the residual stream")
    return try blocks.gradient(at: site, of: y, streamGradient: streamGradient, rule: rule)
  }

  /// Directions `[n, width]` of such a tensor as the residual stream has them, `[n, D]`; behind a
  /// norm times its weight, without its scale, which depends on the rest of the tensor.
  package func streamDirections(of directions: Matrix, at site: Site) throws -> Matrix {
    precondition(site.isAdded, "\(site) is not added to the residual stream")
    return try blocks.streamDirections(of: directions, at: site)
  }
}

extension DecoderRecipe {
  /// The tensor that a place is in this family.
  func place(of named: BlockPlace) -> BlockPlace {
    switch named {
    case .attentionModule: norms.areOnUpdates ? named : .attentionOut
    case .postAttentionNorm: norms.areOnUpdates ? .attentionOut : .feedForwardIn
    case .feedForwardModule: norms.areOnUpdates ? named : .feedForwardOut
    default: named
    }
  }
}
