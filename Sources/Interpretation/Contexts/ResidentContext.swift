package import Autoencoders
import Checkpoints
package import Models
package import Tensors

/// A prompt with its pictures that stays in memory, so that a question about it
/// computes only what is new.
///
/// It keeps the expanded tokens, the keys and values of every block, the residual `[T, D]` at the
/// recorded blocks and before the last one, and the code of each autoencoder that was asked about;
/// where memory allows, what the blocks above the lowest recorded one need for their pullback, too.
/// The last block runs for the last position alone, and for others when they are asked about. A
/// context belongs to the thread that owns the model.
package final class ResidentContext {
  package let model: Model
  package let prompt: Prompt
  /// What requests call the parts, in the order of `prompt.partSpans`.
  package let partNames: [String]
  /// Grows by one with each change of the tokens.
  package var version: Int { 1 + appendedCounts.count }
  /// How many tokens were appended each time; they are the last of `tokens`.
  package private(set) var appendedCounts: [Int] = []
  /// The expanded sequence, every image token counted.
  package private(set) var tokens: [Int]
  /// How many tokens were taken over from another context when this one was opened.
  package let reusedTokenCount: Int

  private var embeddings: Matrix
  private(set) var cache: KeyValueCache
  private var residuals: [Int: Matrix]
  /// Outputs of the last block, before the final norm, `[D]` by position, as
  /// far as they were asked for.
  private var outputs: [Int: [Float]] = [:]
  /// By autoencoder, of the first tokens as far as they are known.
  private var codes: [String: SparseCode] = [:]
  /// The blocks above the lowest recorded one as they ran on the context
  /// itself, kept for pullbacks.
  private var ownRun: SavedForward?
  /// Targets on an autoencoder's reconstruction of the residual, as far as they were asked for.
  var reconstructions: [String: [AttributionTarget: Float]] = [:]
  /// The last other run that a pullback was made from.
  var savedRun: SavedRun?

  package var tokenCount: Int { tokens.count }
  package var decoder: Decoder { model.decoder }

  /// Runs the prompt through the model, from where `other` has the same tokens and pictures.
  ///
  /// - Parameters:
  ///   - recording: the blocks whose output is kept.
  ///   - detail: what to keep for pullbacks above the lowest recorded block; nil for nothing.
  ///   - progress: called with the share of the work done, 0 … 1.
  package init(
    opening prompt: Prompt, partNames: [String], model: Model, recording blocks: [Int],
    keeping detail: SavedDetail? = nil, reusing other: ResidentContext?, progress: (Double) -> Void,
    cancellation: Cancellation
  ) throws {
    self.model = model
    self.prompt = prompt
    self.partNames = partNames
    tokens = prompt.tokens
    let shared = other.map { $0.commonPrefix(with: prompt) } ?? 0
    let lastInput = model.decoder.blockCount - 2
    let wanted = Set(blocks).union(lastInput >= 0 ? [lastInput] : [])
    // A prefix is of use only with its residuals, and the last token always runs.
    let traits = model.traits(of: prompt)
    let reusable =
      other.map { other in wanted.allSatisfy { other.residuals[$0] != nil } } == true
      ? traits.spans.start(of: min(shared, prompt.tokens.count - 1)) : 0
    reusedTokenCount = reusable
    let decoder = model.decoder
    if let other, reusable > 0 {
      embeddings = other.embeddings.slice(rows: 0..<reusable)
      cache = other.cache.prefix(
        tokens: reusable, blocks: 0..<decoder.blockCount, traits: traits)
      residuals = other.residuals.filter { wanted.contains($0.key) }
        .mapValues { $0.slice(rows: 0..<reusable) }
      codes = other.codes.mapValues { $0.slice(rows: 0..<min(reusable, $0.rows)) }
    } else {
      embeddings = Matrix(rows: 0, columns: decoder.hiddenSize)
      cache = decoder.makeCache(traits)
      residuals = [:]
    }
    let new = try model.embeddings(
      prompt, positions: reusable..<prompt.tokens.count, cache: &cache,
      cancellation: cancellation)
    progress(0.1)
    let site = blocks.min() ?? decoder.blockCount - 1
    try append(
      new, recording: wanted,
      saving: detail.flatMap { site + 1 < decoder.blockCount ? (site, $0) : nil },
      continuing: reusable > 0 ? other?.ownRun : nil, progress: { progress(0.1 + 0.9 * $0) },
      cancellation: cancellation)
  }

  /// How many of the first tokens and pictures a prompt has in common with this context.
  package func commonPrefix(with other: Prompt) -> Int {
    var count = zip(tokens, other.tokens).prefix { $0 == $1 }.count
    for index in other.images.indices where other.images[index].span.lowerBound < count {
      let image = other.images[index]
      let known = prompt.images.indices.contains(index) ? prompt.images[index] : nil
      // A picture is shared whole or not at all.
      if known?.span != image.span || known?.layout != image.layout || known?.tiles != image.tiles
        || image.span.upperBound > count
      {
        count = image.span.lowerBound
        break
      }
    }
    return count
  }

  /// Appends generated tokens, as `context/generate` with `append` does.
  package func append(tokens new: [Int], cancellation: Cancellation) throws {
    guard !new.isEmpty else { return }
    // Keys and values grow in place once nothing else refers to them.
    (ownRun, savedRun) = (nil, nil)
    try append(
      decoder.embed(new), recording: Set(residuals.keys), saving: nil, continuing: nil,
      progress: { _ in }, cancellation: cancellation)
    tokens += new
    appendedCounts.append(new.count)
  }

  /// Runs new embeddings `[t, D]` through every block, the last one for the last row alone; nothing
  /// is changed unless all of it succeeds. With `saving`, what pullbacks to the site need is kept,
  /// after `earlier` where the run goes on from one.
  private func append(
    _ new: Matrix, recording blocks: Set<Int>, saving: (site: Int, detail: SavedDetail)?,
    continuing earlier: SavedForward?, progress: (Double) -> Void, cancellation: Cancellation
  ) throws {
    let (start, count) = (cache.count(0), decoder.blockCount)
    var grown = cache
    var x = new
    var recorded: [Int: Matrix] = [:]
    // A run that goes on from tokens without one would not reach them, and one that is kept has the
    // last block's output for the last row alone.
    let earlierSite = earlier.map { $0.blocks.lowerBound - 1 }
    let saved = saving.flatMap {
      (start == 0 || earlierSite == $0.site) && !blocks.contains(count - 1) ? $0 : nil
    }
    for block in 0..<(saved.map { $0.site + 1 } ?? count) {
      // Progress and cancellation are per block.
      x = try decoder.forward(
        x, blocks: block..<block + 1, cache: &grown,
        rows: block == count - 1 && !blocks.contains(block) ? 1 : nil, cancellation: cancellation)
      progress(Double(block + 1) / Double(count))
      if blocks.contains(block) { recorded[block] = x }
    }
    var run: SavedForward?
    if let saved {
      let above = try decoder.forwardSaving(
        x, blocks: saved.site + 1..<count, cache: &grown, keeping: saved.detail,
        onBlock: { progress(Double($0 + 1) / Double(count)) }, cancellation: cancellation)
      for block in blocks where block > saved.site {
        recorded[block] = above.input(ofBlock: block + 1)
      }
      x = above.output
      run = earlier.map { above.continuing($0, rows: start) } ?? above
    }
    if x.firstNonFinite() != nil {
      throw InterpretationError.nonFinite(
        "the residual stream after the last block at position \(start + new.rows - 1)")
    }
    cache = grown
    ownRun = run
    embeddings.append(new)
    outputs[start + new.rows - 1] = x.row(x.rows - 1)
    for (block, rows) in recorded {
      residuals[block, default: Matrix(rows: 0, columns: rows.columns)].append(rows)
    }
    reconstructions = [:]
  }

  /// The output of a block, `[T, D]`: as kept, or computed from the nearest kept one below it.
  package func residual(after block: Int, keep: Bool, cancellation: Cancellation) throws -> Matrix {
    if let kept = residuals[block] { return kept }
    let below = residuals.keys.filter { $0 < block }.max()
    let start = below.map { $0 + 1 } ?? 0
    var scratch = cache.emptied
    let computed = try decoder.forward(
      below.flatMap { residuals[$0] } ?? embeddings, blocks: start..<block + 1, cache: &scratch,
      cancellation: cancellation)
    if keep { residuals[block] = computed }
    return computed
  }

  /// The code of the residual at the autoencoder's site; each token's is computed once, those of a
  /// beginning that was taken over with it.
  package func code(of autoencoder: LoadedAutoencoder, cancellation: Cancellation) throws
    -> SparseCode
  {
    var code = codes[autoencoder.name] ?? SparseCode(latentCount: autoencoder.weights.latentCount)
    guard code.rows < tokenCount else { return code }
    let x = try residual(after: autoencoder.block, keep: true, cancellation: cancellation)
    code.append(
      try autoencoder.weights.encode(
        x.slice(rows: code.rows..<x.rows), cancellation: cancellation))
    codes[autoencoder.name] = code
    return code
  }

  /// The output of the last block at some positions, `[D]` each, as the model's own run makes it.
  package func outputs(
    at positions: Range<Int>, cancellation: Cancellation = .never
  ) throws -> Matrix {
    if let last = positions.last, positions.contains(where: { outputs[$0] == nil }) {
      let block = decoder.blockCount - 1
      let input =
        block == 0
        ? embeddings : try residual(after: block - 1, keep: true, cancellation: cancellation)
      let run = cache.spans.start(of: positions.lowerBound)..<cache.spans.end(of: last + 1)
      var scratch = cache.prefix(tokens: run.lowerBound, blocks: block..<block + 1)
      let rows = try decoder.forward(
        input.slice(rows: run), blocks: block..<block + 1, cache: &scratch,
        cancellation: cancellation)
      for (index, position) in run.enumerated() { outputs[position] = rows.row(index) }
    }
    return Matrix(
      rows: positions.count, columns: decoder.hiddenSize,
      values: positions.flatMap { outputs[$0] ?? [] })
  }

  /// The context's own run above a block with what its pullback needs, if it was kept.
  func ownRun(above block: Int) -> SavedForward? {
    guard let ownRun, ownRun.blocks.contains(block + 1) else { return nil }
    return ownRun.suffix(from: block + 1)
  }

  /// Whether a pullback to the output of `block` needs no forward pass.
  package func keepsRun(above block: Int) -> Bool { ownRun(above: block) != nil }

  /// Gives back the memory that only spares pullbacks a forward pass.
  package func forgetRuns() {
    (ownRun, savedRun) = (nil, nil)
  }

  /// The logits `[V]` after a position.
  package func logits(at position: Int) throws -> [Float] {
    let row = try decoder.logits(outputs(at: position..<position + 1)).row(0)
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
    let limit = decoder.contextLength
    guard tokenCount + continuation.count <= limit else {
      throw .unsupportedTarget(
        "the target's tokens reach position \(tokenCount + continuation.count - 1), the model has "
          + "\(limit) positions")
    }
  }

  /// Bytes this context keeps. What runs share with the cache and the residuals counts once more.
  package var byteCount: Int {
    let floats =
      embeddings.rows * embeddings.columns * (1 + residuals.count)
      + outputs.count * embeddings.columns
    return floats * 4 + cache.byteCount + cache.traits.additions.byteCount
      + codes.values.reduce(0) { $0 + $1.byteCount } + releasableByteCount
  }

  /// Bytes that `forgetRuns` gives back, at most.
  package var releasableByteCount: Int { (ownRun?.byteCount ?? 0) + (savedRun?.byteCount ?? 0) }
}
