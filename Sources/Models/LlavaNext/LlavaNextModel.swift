package import Checkpoints
package import Images
package import Tensors

/// A checkpoint ready to answer: a LLaVA-NeXT model, or a plain Llama, Mistral or Qwen2 text model.
///
/// Weights stay mapped in their files; only norms, biases and the tower's positions are copied.
/// Immutable: every call is a function of its arguments.
package final class LlavaNextModel: Sendable {
  package let folder: String
  package let configuration: ModelFileConfiguration
  package let generation: GenerationConfiguration
  package let precision: Precision
  package let compute: Compute
  package let decoder: LlamaDecoder
  let pictures: PictureEncoder?  // nil in a text model

  /// Opens a Hugging Face folder.
  /// - Parameters:
  ///   - precision: nil chooses bfloat16 when the weights have 16 bits, float32 otherwise.
  ///   - passOrder: how pictures are resized; Pillow's before and after version 13 differ.
  /// - Throws: `CheckpointError`, `ModelError`, `TokenizationError`, `ImageError` on files that
  ///   are missing, damaged, of an unknown architecture, or contradict each other.
  package init(
    folder: String, precision: Precision? = nil, team: ThreadTeam,
    passOrder: ResamplePassOrder = .horizontalFirst
  ) throws {
    self.folder = folder
    let configuration = try ModelFileConfiguration(folder: folder)
    let checkpoint = try Checkpoint(folder: folder)
    self.configuration = configuration
    generation = try GenerationConfiguration(folder: folder, model: configuration)
    let stored = try checkpoint.entry(TensorNames.embeddings).type
    self.precision = precision ?? (stored == .float32 ? .float32 : .bfloat16)
    compute = Compute(team: team, precision: self.precision)
    decoder = try LlamaDecoder(configuration.text, checkpoint: checkpoint, compute: compute)
    switch configuration {
    case .llavaNext(let model):
      pictures = try PictureEncoder(
        model, processor: ProcessorConfiguration(folder: folder), checkpoint: checkpoint,
        passOrder: passOrder, compute: compute)
    case .text: pictures = nil
    }
  }

  /// The decoder's inputs `[T, D]`: token embeddings, a picture's rows replaced by its features.
  package func embeddings(
    _ prompt: Prompt, cancellation: Cancellation = .never
  ) throws -> Matrix {
    var x = decoder.embed(prompt.tokens)
    for image in prompt.images {
      guard let pictures else { break }
      let features = try pictures(image, cancellation: cancellation)
      try decoder.requireFinite(features, at: "the features of picture part \(image.part)")
      x.replace(rows: image.span, with: features)
    }
    return x
  }
}
