import Checkpoints
import Tensors

/// What a client may want to know of a model before it asks anything of it.
extension LlavaNextModel {
  /// The class of transformers that reads the same folder.
  package var architecture: String {
    switch configuration {
    case .llavaNext: "LlavaNextForConditionalGeneration"
    case .text(let text):
      switch text.family {
      case .llama: "LlamaForCausalLM"
      case .mistral: "MistralForCausalLM"
      case .qwen2: "Qwen2ForCausalLM"
      }
    }
  }

  /// Bytes of the weights' files, which are mapped and shared.
  package var byteCount: Int { checkpoint.files.reduce(0) { $0 + $1.file.byteCount } }

  package var acceptsPictures: Bool { pictures != nil }

  /// Patches along a tile's side; 0 in a text model.
  package var patchesPerSide: Int {
    switch configuration {
    case .llavaNext(let model): model.vision.gridSize
    case .text: 0
    }
  }
}
