/// A place in a model by the names that libraries have for it: the one grammar for requests,
/// folders and configurations of autoencoders.
///
///     resid_post.24  mlp_out.24  …                     the kernel's own, of `BlockPlace`
///     model.layers.24  language_model.layers.24  …     transformers' modules, nnsight's
///     `model.layers[24].mlp.output[0]`
///     blocks.24.hook_resid_post  blocks.24.hook_out    TransformerLens and SAELens
///     blocks.25.hook_resid_pre  model.layers.25.input  what comes into a block is
///     what the one below gave
///     resid_post_layer_24                              dictionary_learning
///     vision.resid_post.22  vision_tower.vision_model.encoder.layers.22  …
///     a layer of the vision tower
package enum SiteName: Sendable, Equatable {
  /// A tensor of the decoder block with this index, from 0.
  case place(BlockPlace, block: Int)
  /// What a layer of the vision tower gives, from 0.
  case towerLayer(Int)
  /// A place by a name of the field that is none of `BlockPlace`.
  case otherPlace
  /// No name of a place.
  case unknown

  /// What the modules around a decoder are called, from transformers' and peft's outermost on.
  private static let wrappers: Set<Substring> = ["base_model", "model", "language_model"]

  /// Modules of a block of transformers' decoders, by what is tapped: a module's output, or its
  /// input.
  private static let modules: [String: BlockPlace] = [
    "": .residualPost, "input": .residualPre,
    "self_attn": .attentionModule, "self_attn.o_proj": .attentionModule,
    "self_attn.o_proj.input": .attentionHeads,
    "post_attention_layernorm": .postAttentionNorm,
    "pre_feedforward_layernorm": .feedForwardIn, "pre_feedforward_layernorm.input": .residualMid,
    "mlp.input": .feedForwardIn, "mlp": .feedForwardModule, "mlp.down_proj": .feedForwardModule,
    "post_feedforward_layernorm": .feedForwardOut,
  ]

  /// Hooks of a block of TransformerLens. `hook_mlp_in` and `hook_attn_in` are other tensors in
  /// other versions of it, and so none here; `ln2.hook_normalized` comes before the norm's weight.
  private static let hooks: [String: BlockPlace] = [
    "hook_resid_pre": .residualPre, "hook_in": .residualPre, "attn.hook_z": .attentionHeads,
    "attn.hook_out": .attentionModule, "hook_attn_out": .attentionOut,
    "hook_resid_mid": .residualMid, "ln2.hook_normalized": .feedForwardNormed,
    "mlp.hook_in": .feedForwardIn, "mlp.hook_out": .feedForwardModule,
    "hook_mlp_out": .feedForwardOut, "hook_resid_post": .residualPost, "hook_out": .residualPost,
  ]

  package init(_ name: String) {
    guard let parts = Self.parts(of: name) else {
      self = .unknown
      return
    }
    if parts.count == 1, parts[0].hasPrefix("resid_post_layer_") {
      self = Self.named(.residualPost, Self.block(parts[0].dropFirst("resid_post_layer_".count)))
      return
    }
    if let place = BlockPlace(rawValue: String(parts[0])), place.isTensor {
      self = parts.count == 2 ? Self.named(place, Self.block(parts[1])) : .unknown
      return
    }
    if let tower = Self.tower(parts) {
      self = tower
      return
    }
    guard let list = parts.lastIndex(where: { ["layers", "blocks"].contains($0) }),
      list + 1 < parts.count, let block = Self.block(parts[list + 1])
    else {
      self = .unknown
      return
    }
    let rest = parts[(list + 2)...]
    let isDecoder = list <= 4 && parts[..<list].allSatisfy(Self.wrappers.contains)
    let place: BlockPlace? =
      switch parts[list] {
      case "layers" where isDecoder: Self.modules[Self.withoutOutput(rest).joined(separator: ".")]
      case "blocks" where list == 0: Self.hooks[rest.joined(separator: ".")]
      default: nil
      }
    self = place.map { Self.named($0, block) } ?? .otherPlace
  }

  /// Modules of transformers that a tower's layers are in, from the tower on.
  private static let towers: [[Substring]] = [
    ["vision_tower", "vision_model", "encoder"], ["vision_tower", "encoder"],
    ["vision_model", "encoder"],
  ]

  /// A place in a vision tower; nil for a name that is of none.
  private static func tower(_ parts: [Substring]) -> SiteName? {
    if parts[0] == "vision" {
      guard parts.count == 3, parts[1] == BlockPlace.residualPost.rawValue else { return .unknown }
      return block(parts[2]).map(SiteName.towerLayer) ?? .unknown
    }
    guard let list = parts.firstIndex(of: "layers"), list + 1 < parts.count,
      let layer = block(parts[list + 1])
    else { return nil }
    let above = parts[..<list].drop(while: wrappers.contains)
    guard towers.contains(where: { above.elementsEqual($0) }) else { return nil }
    return withoutOutput(parts[(list + 2)...]).isEmpty ? .towerLayer(layer) : .otherPlace
  }

  /// What comes into a block is what the one below gave: one tensor has one name.
  private static func named(_ place: BlockPlace, _ block: Int?) -> SiteName {
    guard let block else { return .unknown }
    return place == .residualPre && block > 0
      ? .place(.residualPost, block: block - 1) : .place(place, block: block)
  }

  /// The kernel's own name of a place, `resid_post.24`.
  package static func canonical(_ place: BlockPlace, block: Int) -> String {
    "\(place.rawValue).\(block)"
  }

  /// The kernel's own name of a tower's layer, `vision.resid_post.22`.
  package static func canonical(towerLayer layer: Int) -> String {
    "vision.\(BlockPlace.residualPost.rawValue).\(layer)"
  }

  /// The names that libraries have for a tower's layer, with N for it.
  package static let towerNames = towers.map { $0.joined(separator: ".") + ".layers.N" }

  /// The names that libraries have for a place, with N for the block.
  package static func names(of place: BlockPlace) -> [String] {
    let hooks = hooks.filter { $0.value == place }.map { "blocks.N." + $0.key }
    let modules = modules.filter { $0.value == place }
      .map { $0.key.isEmpty ? "model.layers.N" : "model.layers.N." + $0.key }
    return modules.sorted() + hooks.sorted()
  }

  /// The names below a block without nnsight's `output` or `output[0]`, which a module's own name
  /// stands for.
  private static func withoutOutput(_ rest: ArraySlice<Substring>) -> ArraySlice<Substring> {
    if rest.suffix(2).elementsEqual(["output", "0"]) { return rest.dropLast(2) }
    return rest.last == "output" ? rest.dropLast() : rest
  }

  /// Names between dots, an index in brackets counting as one; nil where
  /// that is not what a text is.
  private static func parts(of name: String) -> [Substring]? {
    guard name.utf8.count <= 256 else { return nil }
    var spelled = ""
    for (index, character) in name.enumerated() {
      switch character {
      case "[":
        if index == 0 { return nil }
        spelled.append(".")
      case "]": continue
      default: spelled.append(character)
      }
    }
    let parts = spelled.split(separator: ".", omittingEmptySubsequences: false)
      .map { Substring(String($0)) }
    return parts.contains { $0.isEmpty } ? nil : parts
  }

  private static func block(_ digits: Substring) -> Int? {
    guard let block = Int(digits), block >= 0, String(block) == digits else { return nil }
    return block
  }

  /// Whether it is a tensor of a model.
  package var isPlace: Bool {
    switch self {
    case .place, .towerLayer: true
    case .otherPlace, .unknown: false
    }
  }

  /// Why a name is not taken for a site.
  package static func refusal(of name: String) -> String {
    let shown = "\"\(name.prefix(200))\""
    let known =
      "expected is resid_post.24 (also model.layers.24, language_model.layers.24 or "
      + "blocks.24.hook_resid_post), resid_pre.0, resid_mid.24, attn_out.24, attn_heads.24, "
      + "mlp_in.24, mlp_normed.24, mlp_out.24, transcoder.24 for one that reads the first and "
      + "writes the last of a block's MLP, attn_module.24 and mlp_module.24, what a module "
      + "gives before a family such as Gemma 3 norms it, or vision.resid_post.22 of a vision "
      + "tower"
    return SiteName(name) == .otherPlace
      ? "\(shown) names a place that is no site here; \(known)" : "\(shown) is not a site: \(known)"
  }
}
