import Foundation
import Glibc
import JSON
import JSONRPC
import TestSupport

extension BadInput {
  private static let weights = "model.safetensors"
  private static let gate = "language_model.model.layers.0.mlp.gate_proj.weight"
  private static let norm = "language_model.model.layers.1.input_layernorm.weight"

  static let paths: [BadInput] = [
    BadInput("relative model path", "pathDenied") { _ in load("models/llama3") },
    BadInput("empty model path", "pathDenied") { _ in load("") },
    BadInput("path with a zero byte", "pathDenied") { _ in load("/tmp/a\0b") },
    BadInput("path that leads nowhere", "ioError") { _ in load("/nowhere/at/all") },
    BadInput("a file for a model's folder", "checkpointInvalid") { _ in
      load(TinyWorld.path("models/llama3/config.json"))
    },
    BadInput("a folder without config.json", "checkpointInvalid") { _ in load("/usr/lib") },
    BadInput("a folder for config.json", "checkpointInvalid") { scene in
      try scene.model { try $0.makeFolder("config.json") }
    },
    BadInput("a folder for the weights", "checkpointInvalid") { scene in
      try scene.model { try $0.makeFolder(weights) }
    },
    BadInput("a pipe for the weights", "checkpointInvalid") { scene in
      try scene.model { copy in
        try copy.remove(weights)
        guard unsafe mkfifo("\(copy.path)/\(weights)", 0o600) == 0 else {
          throw CocoaError(.fileWriteUnknown)
        }
      }
    },
    BadInput("a folder for tokenizer.json", "checkpointInvalid") { scene in
      try scene.model { try $0.makeFolder("tokenizer.json") }
    },
    BadInput("a shard that is missing", "checkpointInvalid") { scene in
      .request(
        "model/load",
        [
          "path": try scene.folder("models/vicuna") {
            try $0.remove("model-00002-of-00003.safetensors")
          }
        ])
    },
    BadInput("a shard outside the folder", "checkpointInvalid") { scene in
      .request(
        "model/load",
        [
          "path": try scene.folder("models/vicuna") {
            try $0.edit(
              "model.safetensors.index.json", replacing: "\"model-00002-of-00003.safetensors\"",
              with: "\"../../../../etc/passwd\"")
          }
        ])
    },
  ]

  static let weightFiles: [BadInput] = [
    BadInput("truncated safetensors", "checkpointInvalid") { scene in
      try scene.model { try $0.truncate(weights, to: 200_000) }
    },
    BadInput("safetensors cut in the header", "checkpointInvalid") { scene in
      try scene.model { try $0.truncate(weights, to: 1000) }
    },
    BadInput("safetensors of 3 bytes", "checkpointInvalid") { scene in
      try scene.model { try $0.truncate(weights, to: 3) }
    },
    BadInput("empty safetensors", "checkpointInvalid") { scene in
      try scene.model { try $0.truncate(weights, to: 0) }
    },
    BadInput("a text for safetensors", "checkpointInvalid") { scene in
      try scene.model { try $0.replace(weights, with: Array("version https://example.org\n".utf8)) }
    },
    BadInput("offsets beyond the file", "checkpointInvalid") { scene in
      try scene.header { $0.set(gate, "data_offsets", [260_000, 264_480]) }
    },
    BadInput("overlapping offsets", "checkpointInvalid") { scene in
      try scene.header { $0.set(gate, "data_offsets", [0, 4480]) }
    },
    BadInput("negative offsets", "checkpointInvalid") { scene in
      try scene.header { $0.set(gate, "data_offsets", [-4480, 0]) }
    },
    BadInput("offsets of 2^63", "checkpointInvalid") { scene in
      try scene.header { $0.set(gate, "data_offsets", [1e19, 1.0e19]) }
    },
    BadInput("a negative dimension", "checkpointInvalid") { scene in
      try scene.header { $0.set(gate, "shape", [-56, -40]) }
    },
    BadInput("dimensions whose product overflows", "checkpointInvalid") { scene in
      try scene.header { $0.set(gate, "shape", [4_294_967_296, 4_294_967_296]) }
    },
    BadInput("a header of 100 MB", "checkpointInvalid") { scene in
      try scene.model { try $0.overwrite(weights, at: 0, with: [0, 0xE1, 0xF5, 0x05, 0, 0, 0, 0]) }
    },
    BadInput("a header of 2^63 bytes", "checkpointInvalid") { scene in
      try scene.model { try $0.overwrite(weights, at: 0, with: [0, 0, 0, 0, 0, 0, 0, 0x80]) }
    },
    BadInput("a tensor type that does not exist", "checkpointInvalid") { scene in
      try scene.header { $0.set(gate, "dtype", "Q4") }
    },
    BadInput("integer weights", "checkpointInvalid") { scene in
      try scene.header { $0.set(gate, "dtype", "I16") }
    },
    BadInput("a missing tensor", "checkpointInvalid") { scene in
      try scene.header { $0[gate] = nil }
    },
    BadInput("a wrong shape", "checkpointInvalid") { scene in
      try scene.header { $0.set(gate, "shape", [40, 56]) }
    },
    BadInput("NaN in a norm's weights", "checkpointInvalid") { scene in
      try scene.model { try $0.poison(weights, tensor: norm) }
    },
    BadInput("NaN in a matrix, at its first use", "checkpointInvalid") { scene in
      let path = try scene.folder("models/llama3") { try $0.poison(weights, tensor: gate) }
      let loaded = try scene.client.ask("model/load", ["path": path])
      return .request(
        "context/open",
        [
          "parts": [["text": "house"]], "chat": ["template": "none"],
          "model": loaded["model"] ?? nil,
        ])
    },
  ]

  static let configurations: [BadInput] = [
    BadInput("an unknown architecture", "checkpointInvalid") { scene in
      try scene.configuration("\"model_type\": \"llama\"", "\"model_type\": \"mamba\"")
    },
    BadInput("config.json that is no JSON", "checkpointInvalid") { scene in
      try scene.model { try $0.replace("config.json", with: Array("{\"a\":".utf8)) }
    },
    BadInput("config.json nested 100,000 deep", "checkpointInvalid") { scene in
      try scene.model {
        try $0.replace("config.json", with: [UInt8](repeating: 0x5B, count: 100_000))
      }
    },
    BadInput("a width of 0", "checkpointInvalid") { scene in
      try scene.configuration("\"hidden_size\": 40", "\"hidden_size\": 0")
    },
    BadInput("a negative width", "checkpointInvalid") { scene in
      try scene.configuration("\"hidden_size\": 40", "\"hidden_size\": -40")
    },
    BadInput("a width of 9·10^18", "checkpointInvalid") { scene in
      try scene.configuration("\"hidden_size\": 40", "\"hidden_size\": 9000000000000000000")
    },
    BadInput("a width that is a text", "checkpointInvalid") { scene in
      try scene.configuration("\"hidden_size\": 40", "\"hidden_size\": \"wide\"")
    },
    BadInput("no heads", "checkpointInvalid") { scene in
      try scene.configuration("\"num_attention_heads\": 5", "\"num_attention_heads\": 0")
    },
    BadInput("no key and value heads", "checkpointInvalid") { scene in
      try scene.configuration("\"num_key_value_heads\": 1", "\"num_key_value_heads\": 0")
    },
    BadInput("heads that cannot be grouped", "checkpointInvalid") { scene in
      try scene.configuration("\"num_key_value_heads\": 1", "\"num_key_value_heads\": 2")
    },
    BadInput("10^12 layers", "checkpointInvalid") { scene in
      try scene.configuration("\"num_hidden_layers\": 4", "\"num_hidden_layers\": 1000000000000")
    },
    BadInput("an image size of 0", "checkpointInvalid") { scene in
      try scene.configuration("\"image_size\": 42", "\"image_size\": 0")
    },
    BadInput("a patch size of 0", "checkpointInvalid") { scene in
      try scene.configuration("\"patch_size\": 14", "\"patch_size\": 0")
    },
    BadInput("a vision layer that does not exist", "checkpointInvalid") { scene in
      try scene.configuration("\"vision_feature_layer\": -2", "\"vision_feature_layer\": -90")
    },
    BadInput("an image token outside the vocabulary", "checkpointInvalid") { scene in
      try scene.configuration("\"image_token_index\": 335", "\"image_token_index\": 5000")
    },
    BadInput("tokenizer.json that is no JSON", "checkpointInvalid") { scene in
      try scene.model { try $0.truncate("tokenizer.json", to: 4000) }
    },
    BadInput("tokenizer.json without a model", "checkpointInvalid") { scene in
      try scene.model { try $0.replace("tokenizer.json", with: Array("{}".utf8)) }
    },
    BadInput("no tokenizer.json", "checkpointInvalid") { scene in
      try scene.model { try $0.remove("tokenizer.json") }
    },
    BadInput("a picture processor of size 0", "checkpointInvalid") { scene in
      try scene.model { copy in
        try copy.edit(
          "processor_config.json", replacing: "\"shortest_edge\": 42", with: "\"shortest_edge\": 0")
      }
    },
  ]

  static let autoencoders: [BadInput] = [
    BadInput("an SAE of another width", "saeMismatch") { scene in
      scene.autoencoder(at: TinyWorld.path("interpretation/autoencoders/mistral/model.layers.0"))
    },
    BadInput("an SAE of a block the model lacks", "saeMismatch") { scene in
      scene.autoencoder(
        at: TinyWorld.path("interpretation/autoencoders/llama3/model.layers.1"),
        site: "resid_post.4")
    },
    BadInput("an SAE of a site without a name", "saeMismatch") { scene in
      scene.autoencoder(
        at: TinyWorld.path("interpretation/autoencoders/llama3/model.layers.1"), site: "attention")
    },
    BadInput("an SAE whose folder names no site", "saeMismatch") { scene in
      .request(
        "sae/load",
        [
          "path": try scene.folder("interpretation/autoencoders/llama3/model.layers.1"),
          "model": "llama3",
        ])
    },
    BadInput("an SAE for a model that is not loaded", "modelNotLoaded") { _ in
      .request(
        "sae/load",
        [
          "path": TinyWorld.path("interpretation/autoencoders/llama3/model.layers.1"),
          "model": "gpt",
        ])
    },
    BadInput("relative SAE path", "pathDenied") { scene in scene.autoencoder(at: "sae") },
    BadInput("a model's folder for an SAE", "checkpointInvalid") { scene in
      scene.autoencoder(at: scene.session.world.model)
    },
    BadInput("a file for an SAE's folder", "checkpointInvalid") { scene in
      scene.autoencoder(
        at: TinyWorld.path("interpretation/autoencoders/llama3/model.layers.1/cfg.json"))
    },
    BadInput("an SAE with k = 0", "checkpointInvalid") { scene in
      try scene.autoencoder { try $0.edit("cfg.json", replacing: "\"k\":7", with: "\"k\":0") }
    },
    BadInput("an SAE with k above its latents", "checkpointInvalid") { scene in
      try scene.autoencoder { try $0.edit("cfg.json", replacing: "\"k\":7", with: "\"k\":97") }
    },
    BadInput("an SAE of 2^40 latents", "checkpointInvalid") { scene in
      try scene.autoencoder {
        try $0.edit(
          "cfg.json", replacing: "\"num_latents\":96", with: "\"num_latents\":1099511627776")
      }
    },
    BadInput("truncated SAE weights", "checkpointInvalid") { scene in
      try scene.autoencoder { try $0.truncate("sae.safetensors", to: 20_000) }
    },
    BadInput("an SAE without a decoder", "checkpointInvalid") { scene in
      try scene.autoencoder { try $0.editHeader("sae.safetensors") { $0["W_dec"] = nil } }
    },
    BadInput("NaN in an SAE's encoder", "checkpointInvalid") { scene in
      try scene.autoencoder {
        try $0.poison("sae.safetensors", tensor: "encoder.weight")
      }
    },
  ]

  private static func load(_ path: JSONValue) -> Message { .request("model/load", ["path": path]) }
}
