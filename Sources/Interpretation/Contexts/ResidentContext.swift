package import Autoencoders
import Checkpoints
package import Models
package import Tensors

/// A prompt with its pictures that stays in memory, so that a question about it computes only what is new.
///
/// It keeps the expanded tokens, the keys and values of every block, the residual `[T, D]` at the recorded
/// blocks and after the last one, and the code of each autoencoder that was asked about. It belongs to the
/// thread that owns the model.
package final class ResidentContext {
  package let model: LlavaNextModel
  package let prompt: Prompt
  /// What requests call the parts, in the order of `prompt.partSpans`.
  package let partNames: [String]
  /// Grows by one with each change of the tokens.
  package private(set) var version = 1
  /// The expanded sequence, every image token counted.
  package private(set) var tokens: [Int]
  /// How many tokens were taken over from another context when this one was opened.
  package let reusedTokenCount: Int

  private var embeddings: Matrix
  private(set) var cache: KeyValueCache
  private var residuals: [Int: Matrix]
  /// Output of the last block, before the final norm, `[T, D]`.
  package private(set) var finalResidual: Matrix
  private var codes: [String: SparseCode] = [:]
  var savedRun: SavedRun?

  package var tokenCount: Int { tokens.count }
  package var decoder: LlamaDecoder { model.decoder }

  /// Runs the prompt through the model, from where `other` has the same tokens and pictures.
  ///
  /// - Parameters:
  ///   - recording: the blocks whose output is kept.
  ///   - progress: called with the share of the work done, 0 … 1.
  package init(
    opening prompt: Prompt, partNames: [String], model: LlavaNextModel, recording blocks: [Int],
    reusing other: ResidentContext?, progress: (Double) -> Void, cancellation: Cancellation
  ) throws {
    self.model = model
    self.prompt = prompt
    self.partNames = partNames
    tokens = prompt.tokens
    let shared = other.map { $0.commonPrefix(with: prompt) } ?? 0
    let wanted = Set(blocks)
    // A prefix is of use only with its residuals, and the last token always runs.
    let reusable =
      other.map { other in wanted.allSatisfy { other.residuals[$0] != nil } } == true
      ? min(shared, prompt.tokens.count - 1) : 0
    reusedTokenCount = reusable
    let decoder = model.decoder
    if let other, reusable > 0 {
      embeddings = other.embeddings.slice(rows: 0..<reusable)
      cache = other.cache.prefix(tokens: reusable, blocks: 0..<decoder.blockCount)
      residuals = other.residuals.filter { wanted.contains($0.key) }
        .mapValues { $0.slice(rows: 0..<reusable) }
      finalResidual = other.finalResidual.slice(rows: 0..<reusable)
    } else {
      embeddings = Matrix(rows: 0, columns: decoder.hiddenSize)
      cache = decoder.makeCache()
      residuals = [:]
      finalResidual = Matrix(rows: 0, columns: decoder.hiddenSize)
    }
    let new = try model.embeddings(
      prompt, positions: reusable..<prompt.tokens.count, cancellation: cancellation)
    progress(0.1)
    try append(
      new, recording: wanted.sorted(), progress: { progress(0.1 + 0.9 * $0) },
      cancellation: cancellation)
  }

  /// How many of the first tokens and pictures a prompt has in common with this context.
  package func commonPrefix(with other: Prompt) -> Int {
    var count = zip(tokens, other.tokens).prefix { $0 == $1 }.count
    for index in other.images.indices where other.images[index].span.lowerBound < count {
      let image = other.images[index]
      let known = prompt.images.indices.contains(index) ? prompt.images[index] : nil
      // A picture is shared whole or not at all.
      if known?.span != image.span || known?.tiles != image.tiles || image.span.upperBound > count {
        count = image.span.lowerBound
        break
      }
    }
    return count
  }

  /// Appends generated tokens, as `context/generate` with `append` does.
  package func append(tokens new: [Int], cancellation: Cancellation) throws {
    guard !new.isEmpty else { return }
    try append(
      decoder.embed(new), recording: residuals.keys.sorted(), progress: { _ in },
      cancellation: cancellation)
    tokens += new
    version += 1
    savedRun = nil
  }

  /// Runs new embeddings `[t, D]` through every block; nothing is changed unless all of it succeeds.
  private func append(
    _ new: Matrix, recording blocks: [Int], progress: (Double) -> Void, cancellation: Cancellation
  ) throws {
    let start = cache.count(0)
    var grown = cache
    var x = new
    var recorded: [Int: Matrix] = [:]
    var next = 0
    for block in blocks + [decoder.blockCount - 1] where block >= next {
      // Progress and cancellation are per block.
      for index in next...block {
        x = try decoder.forward(
          x, blocks: index..<index + 1, cache: &grown, cancellation: cancellation)
        progress(Double(index + 1) / Double(decoder.blockCount))
      }
      next = block + 1
      if blocks.contains(block) { recorded[block] = x }
    }
    if let place = x.firstNonFinite() {
      throw InterpretationError.nonFinite(
        "the residual stream after the last block at position \(start + place.row)")
    }
    cache = grown
    embeddings.append(new)
    finalResidual.append(x)
    for (block, rows) in recorded {
      residuals[block, default: Matrix(rows: 0, columns: rows.columns)].append(rows)
    }
    codes = [:]
  }

  /// The output of a block, `[T, D]`: as kept, or computed from the nearest kept one below it.
  package func residual(after block: Int, keep: Bool, cancellation: Cancellation) throws -> Matrix {
    if let kept = residuals[block] { return kept }
    if block == decoder.blockCount - 1 { return finalResidual }
    let below = residuals.keys.filter { $0 < block }.max()
    let start = below.map { $0 + 1 } ?? 0
    var scratch = decoder.makeCache()
    let computed = try decoder.forward(
      below.flatMap { residuals[$0] } ?? embeddings, blocks: start..<block + 1, cache: &scratch,
      cancellation: cancellation)
    if keep { residuals[block] = computed }
    return computed
  }

  /// The code of the residual at the autoencoder's site, computed once.
  package func code(of feature: LoadedAutoencoder, cancellation: Cancellation) throws -> SparseCode
  {
    if let known = codes[feature.name] { return known }
    let x = try residual(after: feature.block, keep: true, cancellation: cancellation)
    let code = try feature.autoencoder.encode(x, cancellation: cancellation)
    codes[feature.name] = code
    return code
  }

  /// Forgets the codes of an autoencoder that is no longer loaded under this name.
  package func forgetCode(of name: String) {
    codes[name] = nil
    savedRun = nil
  }

  /// The logits `[V]` after a position.
  package func logits(at position: Int) throws -> [Float] {
    let row = decoder.logits(finalResidual.slice(rows: position..<position + 1)).row(0)
    if row.contains(where: { !$0.isFinite }) {
      throw InterpretationError.nonFinite("a logit at position \(position)")
    }
    return row
  }

  /// Resolves −1 and its like, and refuses what is outside the context.
  package func position(_ position: Int?) throws(InterpretationError) -> Int {
    let given = position ?? -1
    let resolved = given < 0 ? given.addingReportingOverflow(tokenCount).partialValue : given
    guard (0..<tokenCount).contains(resolved) else {
      throw .positionOutOfRange(position: given, tokenCount: tokenCount)
    }
    return resolved
  }

  /// Refuses a continuation that the model has no positions for.
  func checkRoom(for continuation: [Int]) throws(InterpretationError) {
    let limit = decoder.configuration.contextLength
    guard tokenCount + continuation.count <= limit else {
      throw .unsupportedTarget(
        "the target's tokens reach position \(tokenCount + continuation.count - 1), the model has "
          + "\(limit) positions")
    }
  }

  /// Bytes this context keeps.
  package var byteCount: Int {
    let floats =
      embeddings.rows * embeddings.columns * (2 + residuals.count)
    return floats * 4 + cache.byteCount + codes.values.reduce(0) { $0 + $1.byteCount }
      + (savedRun?.byteCount ?? 0)
  }
}
