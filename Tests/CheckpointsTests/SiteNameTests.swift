import Checkpoints
import Testing

/// Names of places as other libraries give them: `named_modules` of transformers' models
/// before and after 4.52 and below peft, hooks of TransformerLens, paths of nnsight,
/// keys of dictionary_learning.
@Suite struct SiteNameTests {
  @Test(arguments: [
    "resid_post.24", "layers.24", "model.layers.24", "language_model.layers.24",
    "language_model.model.layers.24", "model.language_model.layers.24",
    "model.language_model.model.layers.24", "base_model.model.model.layers.24",
    "model.layers[24]", "model.layers[24].output", "model.layers[24].output[0]",
    "model.language_model.layers.24.output.0", "model.layers.25.input",
    "blocks.24.hook_resid_post", "blocks.24.hook_out", "blocks.25.hook_resid_pre",
    "blocks.25.hook_in", "resid_post_layer_24", "resid_pre.25",
  ])
  func namesOfABlocksOutputAreThatBlock(name: String) {
    #expect(SiteName(name) == .place(.residualPost, block: 24))
  }

  @Test(arguments: [
    ("model.layers.24.mlp", BlockPlace.feedForwardModule),
    ("layers.24.mlp.down_proj", .feedForwardModule),
    ("model.layers[24].mlp.output", .feedForwardModule),
    ("model.layers.24.mlp.output.0", .feedForwardModule),
    ("blocks.24.mlp.hook_out", .feedForwardModule), ("mlp_module.24", .feedForwardModule),
    ("model.layers.24.mlp.input", .feedForwardIn), ("blocks.24.mlp.hook_in", .feedForwardIn),
    ("model.language_model.layers.24.pre_feedforward_layernorm.output", .feedForwardIn),
    ("model.layers.24.post_feedforward_layernorm.output", .feedForwardOut),
    ("blocks.24.hook_mlp_out", .feedForwardOut), ("mlp_out.24", .feedForwardOut),
    ("blocks.24.ln2.hook_normalized", .feedForwardNormed), ("mlp_normed.24", .feedForwardNormed),
    ("model.layers.24.post_attention_layernorm", .postAttentionNorm),
    ("model.layers.24.self_attn", .attentionModule), ("attn_module.24", .attentionModule),
    ("model.layers.24.self_attn.output[0]", .attentionModule),
    ("model.layers.24.self_attn.o_proj.input", .attentionHeads),
    ("blocks.24.attn.hook_z", .attentionHeads), ("attn_heads.24", .attentionHeads),
    ("blocks.24.hook_attn_out", .attentionOut), ("attn_out.24", .attentionOut),
    ("blocks.24.hook_resid_mid", .residualMid), ("resid_mid.24", .residualMid),
    ("model.layers.24.pre_feedforward_layernorm.input", .residualMid),
  ])
  func namesOfOtherTensorsOfABlockAreThose(name: String, place: BlockPlace) {
    #expect(SiteName(name) == .place(place, block: 24))
  }

  @Test(arguments: ["blocks.0.hook_resid_pre", "model.layers.0.input", "resid_pre.0"])
  func theFirstBlocksInputIsNoOnesOutput(name: String) {
    #expect(SiteName(name) == .place(.residualPre, block: 0))
  }

  /// `hook_mlp_in` is the stream in one version of TransformerLens, what its norm makes in another.
  @Test(arguments: [
    "model.layers.24.input_layernorm", "blocks.24.hook_mlp_in", "blocks.24.hook_attn_in",
    "blocks.24.ln1.hook_normalized", "blocks.24.attn.hook_pattern",
    "vision_tower.encoder.layers.24.mlp", "model.layers.24.post_attention_layernorm.input",
    "model.vision_tower.layers.24", "model.blocks.24.hook_resid_post",
  ])
  func otherPlacesAreKnownAsOthersAndNamed(name: String) {
    #expect(SiteName(name) == .otherPlace)
    let refusal = SiteName.refusal(of: name)
    #expect(refusal.contains("\"\(name)\" names a place that is no site here"))
    #expect(refusal.contains("resid_post.24"))
  }

  @Test(arguments: [
    "vision.resid_post.22", "vision_tower.vision_model.encoder.layers.22",
    "model.vision_tower.vision_model.encoder.layers.22", "vision_tower.encoder.layers.22",
    "model.vision_tower.encoder.layers[22].output[0]", "vision_model.encoder.layers.22",
  ])
  func layersOfAVisionTowerArePlaces(name: String) {
    #expect(SiteName(name) == .towerLayer(22))
    let pair = PlacePair(name)
    #expect(pair.isKnown && pair.name == "vision.resid_post.22")
    #expect(pair.mayBe(PlacePair("vision.resid_post.22")))
    #expect(!pair.mayBe(PlacePair("vision.resid_post.21")))
    #expect(!pair.mayBe(PlacePair("resid_post.22")))
  }

  @Test(arguments: [
    "vision", "vision.22", "vision.resid_post", "vision.resid_post.x", "vision.resid_pre.3",
    "vision.resid_post.22.mlp", "vision.mlp_out.3",
  ])
  func otherNamesOfATowerAreNone(name: String) {
    #expect(SiteName(name) == .unknown)
  }

  @Test func twoPlacesAreATranscoders() {
    let pair = PlacePair("transcoder.5")
    #expect(pair.input == .place(.feedForwardIn, block: 5))
    #expect(pair.output == .place(.feedForwardOut, block: 5))
    #expect(PlacePair("mlp_in.5 -> mlp_out.5") == pair)
    #expect(PlacePair("mlp_in.5->blocks.5.hook_mlp_out") == pair)
    #expect(pair.name == "transcoder.5")
    #expect(PlacePair("mlp_out.5").name == "mlp_out.5")
    #expect(PlacePair("resid_mid.0 -> mlp_out.2").name == "resid_mid.0 -> mlp_out.2")
    let module = PlacePair(ofModule: "layers.5.mlp")
    #expect(module.input == pair.input && module.name == nil && module.mayBe(pair))
    #expect(!module.mayBe(PlacePair("transcoder.6")) && !pair.mayBe(PlacePair("mlp_out.5")))
    for name in ["transcoder.", "transcoder.-1", "transcoder.5.mlp", "a -> b -> c", "->", ""] {
      #expect(PlacePair(name).refusal == .unknown)
    }
  }

  @Test(arguments: [
    "", "24", "attention", "sae", "layers", "layers.", "layers.-1", "layers.+4", "layers.04",
    "layers.x",
    "layers.²", "layers.99999999999999999999", ".layers.4", "layers..4", "[24]",
    "post_attention_layernorm.3", "model.resid_post.3", "resid_post.3.mlp", "resid_post_layer_x",
    "blocks..hook_resid_post",
    String(repeating: "model.", count: 100) + "layers.1",
  ])
  func anythingElseIsNoSite(name: String) {
    #expect(SiteName(name) == .unknown)
    #expect(SiteName.refusal(of: name).contains("is not a site"))
  }
}
