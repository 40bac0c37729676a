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
    guard let tensor = recipe.place(of: named) else {
      throw SiteRefusal(
        reason: "\"\(name.prefix(200))\" is what a module gives before this family norms it: what "
          + "is added to the residual stream, behind the norm, is attn_out.\(block) and "
          + "mlp_out.\(block)")
    }
    return Site(tensor, block: block)
  }

  /// Why a change of a tensor is none that the residual stream gains; nil where it is.
  package func refusal(ofChanging site: Site) -> String? {
    guard site.isAdded else {
      return "\(site.name) is read by a half of a block and not added to the residual stream: a "
        + "change of it is no change of the stream, which the rest of the model could run on"
    }
    guard site.place == .attentionHeads, recipe.norms.areOnUpdates else { return nil }
    return "\(site.name) is normed by this family behind o_proj: a change of it is no sum of "
      + "directions in the residual stream"
  }

  /// The place that a module's name stands for on this model, nil for none; every other is itself.
  package func place(of named: BlockPlace) -> BlockPlace? { recipe.place(of: named) }

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
  /// The tensor that a place is in this family; nil for what a module gives before it is normed.
  func place(of named: BlockPlace) -> BlockPlace? {
    switch named {
    case .attentionModule: norms.areOnUpdates ? nil : .attentionOut
    case .postAttentionNorm: norms.areOnUpdates ? .attentionOut : .feedForwardIn
    case .feedForwardModule: norms.areOnUpdates ? nil : .feedForwardOut
    default: named
    }
  }
}
