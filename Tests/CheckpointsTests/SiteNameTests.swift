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
    "blocks.25.hook_in", "resid_post_layer_24",
  ])
  func namesOfABlocksOutputAreThatBlock(name: String) {
    #expect(SiteName(name) == .blockOutput(24))
  }

  @Test(arguments: [
    "model.layers.24.mlp", "model.layers.24.self_attn", "layers.24.mlp.down_proj",
    "model.layers.24.input_layernorm", "model.layers[24].mlp.output",
    "blocks.24.hook_mlp_out", "blocks.24.attn.hook_z", "blocks.24.hook_resid_mid",
    "blocks.0.hook_resid_pre", "model.layers.0.input", "vision_tower.encoder.layers.24",
    "model.vision_tower.vision_model.encoder.layers.24", "model.blocks.24.hook_resid_post",
  ])
  func otherPlacesAreKnownAsOthersAndNamed(name: String) {
    #expect(SiteName(name) == .otherPlace)
    let refusal = SiteName.refusal(of: name)
    #expect(refusal.contains("\"\(name)\" is not the output of a decoder block"))
    #expect(refusal.contains("resid_post.24"))
  }

  @Test(arguments: [
    "", "24", "attention", "sae", "layers", "layers.", "layers.-1", "layers.+4", "layers.04",
    "layers.x",
    "layers.²", "layers.99999999999999999999", ".layers.4", "layers..4", "[24]", "resid_pre.3",
    "model.resid_post.3", "resid_post.3.mlp", "resid_post_layer_x", "blocks..hook_resid_post",
    String(repeating: "model.", count: 100) + "layers.1",
  ])
  func anythingElseIsNoSite(name: String) {
    #expect(SiteName(name) == .unknown)
    #expect(SiteName.refusal(of: name).contains("is not a site"))
  }
}
