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

  /// The place that a module's name stands for on this model; every other is itself.
  package func place(of named: BlockPlace) -> BlockPlace { recipe.place(of: named) }

  /// Columns of a tensor.
  package func width(of site: Site) -> Int {
    site.place == .attentionHeads ? recipe.queryWidth : hiddenSize
  }

  /// What the residual stream at `site.point` gains, `[t, D]`, where a tensor that is added to it
  /// gains `change` `[t, width]`.
  package func streamChange(of change: Matrix, at site: Site) -> Matrix {
    precondition(site.isAdded, "\(site) is not added to the residual stream")
    guard site.place == .attentionHeads else { return change }
    return blocks[site.block].attention.output.withoutBias(change)
  }

  /// The gradient at such a tensor `[t, width]` from that of the stream at `site.point` `[t, D]`;
  /// the pullback of `streamChange`.
  package func gradient(at site: Site, streamGradient: Matrix) -> Matrix {
    precondition(site.isAdded, "\(site) is not added to the residual stream")
    guard site.place == .attentionHeads else { return streamGradient }
    return blocks[site.block].attention.output.pullback(streamGradient)
  }
}

extension DecoderRecipe {
  /// The tensor that a place is in a family without norms behind its halves.
  func place(of named: BlockPlace) -> BlockPlace {
    switch named {
    case .attentionModule: .attentionOut
    case .postAttentionNorm: .feedForwardIn
    case .feedForwardModule: .feedForwardOut
    default: named
    }
  }
}
