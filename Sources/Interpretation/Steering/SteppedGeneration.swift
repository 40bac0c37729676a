import Checkpoints
package import Models
package import Tensors

/// A continuation of a context in steps of a token, so that others may have the machine in between.
package struct SteppedGeneration {
  private var run: SteeredDecoding
  private var generator: Generator
  private var room: Int

  package init(
    _ context: ResidentContext, options: GenerationOptions, steering: Steering? = nil,
    cancellation: Cancellation
  ) throws {
    run = try SteeredDecoding(context, steering: steering, cancellation: cancellation)
    generator = Generator(context.model.tokenizer, options: options)
    room = context.decoder.contextLength - context.tokenCount
  }

  /// Whether it is the model's own continuation, whatever steering was asked for.
  package var isPlain: Bool { run.isPlain }

  /// Generates one token.
  /// - Returns: the whole, once it is done.
  package mutating func step(cancellation: Cancellation) throws -> Generation? {
    guard let token = try generator.choose(from: run.logits), room > 0 else {
      return generator.finished()
    }
    room -= 1
    try run.advance(token, cancellation: cancellation)
    return nil
  }
}
