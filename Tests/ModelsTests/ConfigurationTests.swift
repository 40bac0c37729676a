import Checkpoints
import Foundation
import Models
import Tensors
import TestSupport
import Testing

/// Held to what transformers reads; see Tests/Fixtures/make/checkpoints.py.
@Suite struct ConfigurationTests {
  struct Expected: Decodable {
    let text: Text
    let vision: Vision?
    let tower: Tower?
    let windows: WindowTower?
  }

  /// Qwen3-VL's.
  struct Tower: Decodable {
    let hiddenSize, intermediateSize, layerCount, headCount, patchSize, mergeSize: Int
    let temporalPatchSize, outputSize, positions, imageToken, videoToken: Int
    let deepLayers, sections: [Int]
    let activation: String
    let theta: Double
  }

  /// Qwen2.5-VL's.
  struct WindowTower: Decodable {
    let hiddenSize, intermediateSize, layerCount, headCount, patchSize, mergeSize: Int
    let temporalPatchSize, outputSize, windowSide, imageToken, videoToken: Int
    let wholeLayers, sections: [Int]
    let theta: Double
  }

  struct Text: Decodable {
    let family: String
    let vocabularySize, hiddenSize, intermediateSize, layerCount, headCount: Int
    let keyValueHeadCount, headSize, contextLength: Int
    let normEpsilon, theta: Double
    let ropeType: String
    let ropeFactor: Double?
    let originalContextLength: Int?
    let attentionBias, mlpBias, tiedHead: Bool
    let slidingWindows: [Int?]
    let beginToken: Int?
    let endTokens: [Int]
  }

  struct Vision: Decodable {
    let hiddenSize, intermediateSize, layerCount, headCount, imageSize, patchSize: Int
    let activation: String
    let normEpsilon: Double
    let imageToken: Int
    let pinpoints: [[Int]]
    let featureStates: [Int]
    let selectStrategy: String
    let projectorBias: Bool
    let kind: String?
    let mostTiles: Int?
  }

  static let names: [String] = {
    guard let cases = try? readCases() else { return [] }
    return cases.keys.sorted()
  }()

  private static func readCases() throws -> [String: [String: Any]] {
    let bytes = try Fixtures.bytes("checkpoints/configurations.json")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: [String: Any]])
  }

  private func read(_ configuration: Any) throws -> any ModelFamily {
    let folder = try TemporaryFolder()
    try folder.write(
      JSONSerialization.data(withJSONObject: configuration, options: .fragmentsAllowed),
      "config.json")
    return try ModelFamilies.read(folder: folder.path)
  }

  @Test(arguments: names)
  func readsWhatTransformersReads(_ name: String) throws {
    let sample = try #require(try Self.readCases()[name])
    let expected = try JSONDecoder().decode(
      Expected.self, from: JSONSerialization.data(withJSONObject: try #require(sample["expected"])))
    let configuration = try read(try #require(sample["config"]))
    check(configuration.text, expected.text)
    if let qwen = configuration as? Qwen3VLFamily {
      check(qwen.configuration, try #require(expected.tower))
      return
    }
    if let qwen = configuration as? Qwen25VLFamily {
      check(qwen.configuration, try #require(expected.windows))
      return
    }
    switch (configuration, expected.vision) {
    case (let llava as any LlavaFamily, let vision?): check(llava.configuration, vision)
    case (is any TextFamily, nil): break
    default: Issue.record("\(name) was read as another kind of model")
    }
  }

  private func check(_ configuration: TextConfiguration, _ expected: Text) {
    let text = configuration.decoder
    #expect(configuration.modelType == expected.family)
    #expect(text.vocabularySize == expected.vocabularySize)
    #expect(text.hiddenSize == expected.hiddenSize)
    #expect(text.intermediateSize == expected.intermediateSize)
    #expect(text.layerCount == expected.layerCount)
    #expect(text.headCount == expected.headCount)
    #expect(text.keyValueHeadCount == expected.keyValueHeadCount)
    #expect(text.headSize == expected.headSize)
    #expect(text.contextLength == expected.contextLength)
    #expect(text.norms.epsilon == expected.normEpsilon)
    let rotary = text.layers[0].rotary
    #expect(text.layers.allSatisfy { $0.rotary == rotary })
    #expect(rotary.theta == expected.theta)
    switch rotary.scaling {
    case .none: #expect(expected.ropeType == "default")
    case .linear(let factor):
      #expect(expected.ropeType == "linear")
      #expect(factor == expected.ropeFactor)
    case .llama3(let factor, let low, let high, let original):
      #expect(expected.ropeType == "llama3")
      #expect(factor == expected.ropeFactor)
      #expect((low, high) == (1, 4))
      #expect(original == expected.originalContextLength)
    case .yarn(let yarn):
      #expect(expected.ropeType == "yarn")
      #expect(yarn.factor == expected.ropeFactor)
      #expect(yarn.originalContextLength == expected.originalContextLength)
    case .dynamic(let factor):
      #expect(expected.ropeType == "dynamic")
      #expect(factor == expected.ropeFactor)
    }
    let isQwen2 = ["qwen2", "qwen2_5_vl_text"].contains(expected.family)
    #expect(text.biases.queriesKeysAndValues == (isQwen2 || expected.attentionBias))
    #expect(text.biases.attentionOutput == expected.attentionBias)
    #expect(text.biases.feedForward == expected.mlpBias)
    #expect(text.norms.areOnQueriesAndKeys == ["qwen3", "qwen3_vl_text"].contains(expected.family))
    #expect(text.tiedHead == expected.tiedHead)
    #expect(text.layers.map(\.window) == expected.slidingWindows)
    #expect(configuration.beginToken == expected.beginToken)
    #expect(configuration.endTokens == expected.endTokens)
  }

  private func check(_ qwen: Qwen3VLConfiguration, _ expected: Tower) {
    let vision = qwen.vision
    #expect(vision.hiddenSize == expected.hiddenSize)
    #expect(vision.intermediateSize == expected.intermediateSize)
    #expect(vision.layerCount == expected.layerCount)
    #expect(vision.headCount == expected.headCount)
    #expect(vision.patches.patchSize == expected.patchSize)
    #expect(vision.patches.mergeSize == expected.mergeSize)
    #expect(vision.patches.temporalPatchSize == expected.temporalPatchSize)
    #expect(vision.outputSize == expected.outputSize)
    #expect(vision.positionsPerSide * vision.positionsPerSide == expected.positions)
    #expect(vision.deepLayers == expected.deepLayers)
    #expect(vision.activation == .geluTanh && expected.activation == "gelu_pytorch_tanh")
    #expect(vision.rotaryTheta == expected.theta)
    let sections = RotaryRecipe.Sections(expected.sections, interleaved: true)
    #expect(qwen.text.decoder.layers.allSatisfy { $0.rotary.sections == sections })
    #expect(qwen.imageToken == expected.imageToken && qwen.videoToken == expected.videoToken)
  }

  private func check(_ qwen: Qwen25VLConfiguration, _ expected: WindowTower) {
    let vision = qwen.vision
    #expect(vision.hiddenSize == expected.hiddenSize)
    #expect(vision.intermediateSize == expected.intermediateSize)
    #expect(vision.layerCount == expected.layerCount)
    #expect(vision.headCount == expected.headCount)
    #expect(vision.patches.patchSize == expected.patchSize)
    #expect(vision.patches.mergeSize == expected.mergeSize)
    #expect(vision.patches.temporalPatchSize == expected.temporalPatchSize)
    #expect(vision.outputSize == expected.outputSize)
    #expect(vision.windowSide == expected.windowSide)
    #expect(vision.wholeLayers == Set(expected.wholeLayers))
    #expect(vision.rotaryTheta == expected.theta)
    let sections = RotaryRecipe.Sections(expected.sections, interleaved: false)
    #expect(qwen.text.decoder.layers.allSatisfy { $0.rotary.sections == sections })
    #expect(qwen.imageToken == expected.imageToken && qwen.videoToken == expected.videoToken)
  }

  private func check(_ llava: LlavaConfiguration, _ expected: Vision) {
    #expect(llava.vision.hiddenSize == expected.hiddenSize)
    #expect(llava.vision.intermediateSize == expected.intermediateSize)
    #expect(llava.vision.layerCount == expected.layerCount)
    #expect(llava.vision.headCount == expected.headCount)
    #expect(llava.vision.imageSize == expected.imageSize)
    #expect(llava.vision.patchSize == expected.patchSize)
    let activations: [String: Activation] = [
      "gelu": .gelu, "quick_gelu": .quickGELU, "gelu_pytorch_tanh": .geluTanh,
    ]
    #expect(llava.vision.activation == activations[expected.activation])
    #expect(llava.vision.kind.rawValue == expected.kind ?? "clip_vision_model")
    #expect(llava.mostTiles == expected.mostTiles)
    #expect(llava.vision.normEpsilon == expected.normEpsilon)
    #expect(llava.imageToken == expected.imageToken)
    #expect(llava.pinpoints.map { [$0.height, $0.width] } == expected.pinpoints)
    #expect(llava.featureStates == expected.featureStates)
    #expect(llava.selectStrategy.rawValue == expected.selectStrategy)
    #expect(llava.projector.hasBias == expected.projectorBias)
  }

  @Test(arguments: [
    #"{}"#, #"[]"#, #"{"model_type":"gpt_neox"}"#, #"{"model_type":7}"#,
    #"{"model_type":"llama","num_attention_heads":0}"#,
    #"{"model_type":"llama","num_attention_heads":-1}"#,
    #"{"model_type":"llama","num_attention_heads":3}"#,
    #"{"model_type":"llama","num_key_value_heads":5}"#,
    #"{"model_type":"llama","hidden_size":1000000000000000000}"#,
    #"{"model_type":"llama","hidden_size":1e18}"#, #"{"model_type":"llama","hidden_size":"4"}"#,
    #"{"model_type":"llama","head_dim":7}"#, #"{"model_type":"llama","rms_norm_eps":0}"#,
    #"{"model_type":"llama","rope_theta":-1}"#, #"{"model_type":"llama","hidden_act":"relu"}"#,
    #"{"model_type":"llama","rope_scaling":{"type":"longrope","factor":2}}"#,
    #"{"model_type":"llama","rope_scaling":{"type":"yarn"}}"#,
    #"{"model_type":"llama","rope_scaling":{"type":"yarn","factor":0}}"#,
    #"{"model_type":"llama","rope_theta":1,"rope_scaling":{"type":"yarn","factor":2}}"#,
    #"{"model_type":"llama","rope_scaling":{"type":"yarn","factor":2,"truncate":1}}"#,
    #"{"model_type":"llama","rope_scaling":{"type":"yarn","factor":2,"beta_fast":-1}}"#,
    #"{"model_type":"llama","rope_scaling":{"type":"yarn","factor":2,"attention_factor":"x"}}"#,
    #"{"model_type":"llama","rope_scaling":{"type":"dynamic"}}"#,
    #"{"model_type":"qwen3","rope_parameters":{"full_attention":{"rope_type":"default"}}}"#,
    #"{"model_type":"qwen3","head_dim":7}"#,
    #"{"model_type":"qwen3","use_sliding_window":true,"layer_types":["x"]}"#,
    #"{"model_type":"llama","rope_scaling":{"type":"linear"}}"#,
    #"{"model_type":"gemma3_text","layer_types":["full_attention"]}"#,
    #"{"model_type":"gemma3_text","num_hidden_layers":1,"layer_types":["chunked_attention"]}"#,
    #"{"model_type":"gemma3_text","num_hidden_layers":1,"layer_types":["full_attention",7]}"#,
    #"{"model_type":"gemma3_text","layer_types":"full_attention"}"#,
    #"{"model_type":"gemma3_text","sliding_window":0}"#,
    #"{"model_type":"gemma3_text","sliding_window":null}"#,
    #"{"model_type":"gemma3_text","sliding_window_pattern":0}"#,
    #"{"model_type":"gemma3_text","hidden_size":0}"#,
    #"{"model_type":"gemma3_text","head_dim":7}"#,
    #"{"model_type":"gemma3_text","query_pre_attn_scalar":0}"#,
    #"{"model_type":"gemma3_text","hidden_activation":"silu"}"#,
    #"{"model_type":"gemma3_text","final_logit_softcapping":30.0}"#,
    #"{"model_type":"gemma3_text","attn_logit_softcapping":50.0}"#,
    #"{"model_type":"gemma3_text","use_bidirectional_attention":true}"#,
    #"{"model_type":"gemma3_text","rope_parameters":{"rope_type":"default","rope_theta":7}}"#,
    #"{"model_type":"gemma3_text","rope_parameters":{"full_attention":{"rope_type":"longrope"}}}"#,
    #"{"model_type":"gemma3_text","rope_parameters":{"sliding_attention":[]}}"#,
    #"{"model_type":"gemma3_text","rope_local_base_freq":-1}"#,
    #"{"model_type":"gemma3_text","rope_scaling":{"rope_type":"linear"}}"#,
    #"{"model_type":"llama","rope_scaling":7}"#,
    #"{"model_type":"llama","rope_parameters":{"rope_type":"default","partial_rotary_factor":0.5}}"#,
    #"{"model_type":"mistral","sliding_window":0}"#, #"{"model_type":"llama","eos_token_id":"x"}"#,
    #"{"model_type":"qwen2","use_sliding_window":true,"layer_types":["x"]}"#,
    #"{"model_type":"llava_next","text_config":{"model_type":"gemma"}}"#,
    #"{"model_type":"llava_next","text_config":[]}"#,
    #"{"model_type":"llava_next","vision_config":{"model_type":"siglip_vision_model"}}"#,
    #"{"model_type":"llava_next","image_token_index":99999999}"#,
    #"{"model_type":"llava_next","vision_feature_layer":99}"#,
    #"{"model_type":"llava_next","vision_feature_layer":[]}"#,
    #"{"model_type":"llava_next","image_grid_pinpoints":[[1,2]]}"#,
    #"{"model_type":"llava_next","image_grid_pinpoints":[[336]]}"#,
    #"{"model_type":"llava_next","image_grid_pinpoints":[]}"#,
    #"{"model_type":"llava_next","vision_config":{"patch_size":0}}"#,
    #"{"model_type":"llava_next","projector_hidden_act":"relu"}"#,
    #"{"model_type":"qwen3_vl"}"#,
    #"{"model_type":"qwen3_vl","text_config":{"hidden_size":3584,"model_type":"qwen3"}}"#,
    #"{"model_type":"qwen3_vl","text_config":{"hidden_size":3584,"head_dim":64}}"#,
    #"{"model_type":"qwen3_vl","text_config":{"hidden_size":3584},"image_token_id":151936}"#,
    #"{"model_type":"qwen3_vl","text_config":{"hidden_size":3584},"vision_config":{"depth":3}}"#,
    #"{"model_type":"qwen3_vl","text_config":{"hidden_size":3584},"vision_config":{"in_channels":1}}"#,
    #"{"model_type":"qwen3_vl","text_config":{"hidden_size":3584},"vision_config":{"model_type":"x"}}"#,
    #"{"model_type":"qwen2_5_vl"}"#,
    #"{"model_type":"qwen2_5_vl","hidden_size":3584}"#,
    #"{"model_type":"qwen2_5_vl","hidden_size":3584,"num_attention_heads":28,"head_dim":64}"#,
    #"{"model_type":"qwen2_5_vl","hidden_size":3584,"num_attention_heads":28,"image_token_id":152064}"#,
    #"{"model_type":"qwen2_5_vl","hidden_size":3584,"num_attention_heads":28,"hidden_act":"gelu"}"#,
    #"{"model_type":"qwen2_5_vl","hidden_size":3584,"num_attention_heads":28,"text_config":7}"#,
    #"{"model_type":"qwen2_5_vl","text_config":{"model_type":"qwen2"}}"#,
    #"{"model_type":"qwen2_5_vl","hidden_size":3584,"num_attention_heads":28,"vision_config":{"window_size":27}}"#,
    #"{"model_type":"qwen2_5_vl","hidden_size":3584,"num_attention_heads":28,"vision_config":{"fullatt_block_indexes":[-1]}}"#,
    #"{"model_type":"qwen2_5_vl","hidden_size":3584,"num_attention_heads":28,"vision_config":{"fullatt_block_indexes":7}}"#,
    #"{"model_type":"qwen2_5_vl","hidden_size":3584,"num_attention_heads":28,"vision_config":{"hidden_act":"gelu"}}"#,
    #"{"model_type":"qwen2_5_vl","hidden_size":3584,"num_attention_heads":28,"vision_config":{"num_heads":17}}"#,
    #"{"model_type":"qwen2_5_vl","hidden_size":3584,"num_attention_heads":28,"rope_scaling":{"type":"mrope","mrope_section":[16,24]}}"#,
    #"{"model_type":"qwen2_5_vl","hidden_size":3584,"num_attention_heads":28,"rope_scaling":{"type":"mrope","mrope_section":[16,24,25]}}"#,
    #"{"model_type":"llama","rope_scaling":{"type":"mrope"}}"#,
    #"{"model_type":"llava_onevision","vision_aspect_ratio":"anyres"}"#,
    #"{"model_type":"llava_onevision","vision_aspect_ratio":"square"}"#,
    #"{"model_type":"llava_onevision","vision_aspect_ratio":"anyres_max_0"}"#,
    #"{"model_type":"llava_onevision","vision_aspect_ratio":"anyres_max_99999999999999999999"}"#,
    #"{"model_type":"llava_onevision","vision_aspect_ratio":9}"#,
    #"{"model_type":"llava_onevision","vision_feature_layer":27}"#,
    #"{"model_type":"llava_onevision","vision_feature_layer":-28}"#,
    #"{"model_type":"llava_onevision","vision_feature_layer":[-1,"x"]}"#,
    #"{"model_type":"llava_onevision","vision_config":{"model_type":"clip_vision_model"}}"#,
    #"{"model_type":"llava_onevision","vision_config":{"image_size":[384,384]}}"#,
    #"{"model_type":"llava_onevision","image_grid_pinpoints":[[384,385]]}"#,
    #"{"model_type":"llava_onevision","image_grid_pinpoints":[[384,384000000]]}"#,
    #"{"model_type":"llava_onevision","image_grid_pinpoints":[[0,384]]}"#,
    #"{"model_type":"llava_onevision","image_token_index":151936}"#,
  ])
  func refusesNonsense(_ json: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(json.utf8, "config.json")
    #expect(throws: CheckpointError.self) { try ModelFamilies.read(folder: folder.path) }
  }

  @Test func namesWhatIsSupported() throws {
    let error = #expect(throws: CheckpointError.self) { try read(["model_type": "gpt_neox"]) }
    #expect(
      try #require(error).description
        == "configuration: model_type gpt_neox is not supported; supported: llava_next, "
        + "llava_onevision, qwen2_5_vl, qwen3_vl, gemma3, llama, mistral, qwen2, qwen3, "
        + "gemma3_text")
  }

  /// As `LlamaConfig.from_dict(…).rope_parameters` of transformers 5.24 has each of them.
  @Test(arguments: [
    (
      #""rope_theta":7,"rope_parameters":{"rope_type":"linear","factor":2,"rope_theta":5},"rope_scaling":{"type":"linear","factor":4}"#,
      RotaryRecipe(theta: 7, scaling: .linear(factor: 4))
    ),
    (
      #""rope_theta":7,"rope_parameters":{"rope_type":"linear","factor":2}"#,
      RotaryRecipe(theta: 7, scaling: .linear(factor: 2))
    ),
    (
      #""rope_theta":7,"rope_parameters":{"rope_type":"default","rope_theta":5},"rope_scaling":{}"#,
      RotaryRecipe(theta: 5)
    ),
    (
      #""rope_parameters":{"rope_theta":5},"rope_scaling":{"rope_type":"linear","type":"default","factor":4,"rope_theta":3}"#,
      RotaryRecipe(theta: 3, scaling: .linear(factor: 4))
    ),
  ])
  func readsSettingsThatStandTwiceAsTransformersDoes(
    _ json: String, _ expected: RotaryRecipe
  ) throws {
    let folder = try TemporaryFolder()
    // A byte order mark in front changes nothing.
    try folder.write("\u{FEFF}{\"model_type\":\"llama\",\(json)}".utf8, "config.json")
    #expect(try ModelFamilies.read(folder: folder.path).text.decoder.layers[0].rotary == expected)
  }

  /// `LlavaNextConfig` of transformers 5.24 calls the same value by two
  /// names; `image_token_id` wins.
  @Test(arguments: [
    (#""image_token_index":5,"image_token_id":7"#, 7),
    (#""image_token_id":7,"image_token_index":5"#, 7), (#""image_token_index":5"#, 5),
  ])
  func readsTheImageTokenUnderEitherName(_ json: String, _ expected: Int) throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "{\"model_type\":\"llava_next\",\"text_config\":{\"model_type\":\"llama\"},\(json)}".utf8,
      "config.json")
    let model = try #require(ModelFamilies.read(folder: folder.path) as? LlavaNextFamily)
    #expect(model.configuration.imageToken == expected)
  }

  /// Sections as each library writes them into config.json.
  @Test(arguments: [
    (
      #""quantization_config":{"quant_method":"bitsandbytes","load_in_4bit":true,"load_in_8bit":false}"#,
      "bitsandbytes, 4 bits"
    ),
    (#""quantization_config":{"quant_method":"gptq","bits":4,"group_size":128}"#, "gptq, 4 bits"),
    (#""quantization_config":{"quant_method":"awq","bits":4,"version":"gemm"}"#, "awq, 4 bits"),
    (#""quantization_config":{"quant_method":"fp8","activation_scheme":"dynamic"}"#, "fp8"),
    (#""quantization_config":{"quant_method":"mxfp4"}"#, "mxfp4"),
    (#""compression_config":{"format":"pack-quantized"}"#, "pack-quantized"),
    (#""quantization":{"group_size":64,"bits":4}"#, "mlx, 4 bits"),
    (#""text_config":{"quantization_config":{"quant_method":"hqq"}}"#, "hqq"),
    (#""quantization_config":{}"#, "an unnamed method"),
  ])
  func namesTheMethodOfQuantisedWeights(section: String, method: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("{\"model_type\":\"llama\",\(section)}".utf8, "config.json")
    let error = #expect(throws: CheckpointError.quantised(file: "config.json", method: method)) {
      try ModelFamilies.read(folder: folder.path)
    }
    #expect(try #require(error).description.contains("use the unquantised checkpoint"))
  }

  @Test func namesTheMethodThatFilesBesideTheConfigurationTell() throws {
    for (name, text, method) in [
      ("quantize_config.json", #"{"bits": 4, "group_size": 128}"#, "gptq, 4 bits"),
      ("quant_config.json", #"{"w_bit": 4, "zero_point": true}"#, "awq, 4 bits"),
      ("model-Q4_K_M.gguf", "GGUF", "gguf"),
    ] {
      let folder = try TemporaryFolder()
      try folder.write(text.utf8, name)
      #expect(throws: CheckpointError.quantised(file: name, method: method)) {
        try ModelFamilies.read(folder: folder.path)
      }
    }
  }

  @Test func namesNumbersThatAreNoJSON() throws {
    let folder = try TemporaryFolder()
    try folder.write(#"{"model_type":"llama","rope_theta":Infinity}"#.utf8, "config.json")
    let infinite = #expect(throws: CheckpointError.self) {
      try ModelFamilies.read(folder: folder.path)
    }
    #expect(try #require(infinite).description.contains("the file holds Infinity"))
  }

  @Test func takesEndTokensFromGenerationFirst() throws {
    let folder = try TemporaryFolder()
    try folder.write(#"{"model_type":"llama","eos_token_id":[7,8]}"#.utf8, "config.json")
    let model = try ModelFamilies.read(folder: folder.path).text
    func generation() throws -> GenerationConfiguration {
      try GenerationConfiguration(
        folder: folder.path, beginToken: model.beginToken, endTokens: model.endTokens)
    }
    #expect(try generation().endTokens == [7, 8])
    try folder.write(#"{"eos_token_id":[5,9,5],"pad_token_id":3}"#.utf8, "generation_config.json")
    let found = try generation()
    #expect(found.endTokens == [5, 9])
    #expect(found.beginToken == 1)
    #expect(found.paddingToken == 3)
  }

  @Test(arguments: ["old", "old-alone", "nested"])
  func readsProcessorsAsTransformersDoes(_ name: String) throws {
    let all = try #require(
      try JSONSerialization.jsonObject(with: Data(Fixtures.bytes("checkpoints/processors.json")))
        as? [String: [String: Any]])
    let files = try #require(all["folders"]?[name] as? [String: Any])
    let folder = try TemporaryFolder()
    for (file, content) in files {
      try folder.write(JSONSerialization.data(withJSONObject: content), file)
    }
    let processor = try ProcessorConfiguration(folder: folder.path)
    let expected = try #require(all["expected"])
    #expect(processor.mean == expected["mean"] as? [Double])
    #expect(processor.standardDeviation == expected["standardDeviation"] as? [Double])
    #expect(processor.tileSize == expected["tileSize"] as? Int)
    #expect(processor.resampling.rawValue == expected["resampling"] as? Int)
    #expect(processor.rescaleFactor == expected["rescaleFactor"] as? Double)
    #expect(
      processor.pinpoints?.map { [$0.height, $0.width] } == expected["pinpoints"] as? [[Int]])
    #expect(processor.patchSize == (name == "old-alone" ? nil : 14))
  }
}
