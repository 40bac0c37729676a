package import Autoencoders
import Checkpoints
package import Models
package import Tensors

/// A prompt with its pictures that stays in memory, so that a question about it
/// computes only what is new.
///
/// It keeps the expanded tokens, the keys and values of every block, the tensors `[T, …]` at the
/// recorded sites, the residual stream before the last block, and the code of each autoencoder that
/// was asked about; where memory allows, what the blocks above the lowest recorded site need for
/// their pullback, too.
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
  /// Tensors of all tokens, by site; the embeddings are none of them.
  private var recorded: [Site: Matrix]
  /// Outputs of the last block, before the final norm, `[D]` by position, as
  /// far as they were asked for.
  private var outputs: [Int: [Float]] = [:]
  /// By autoencoder, of the first tokens as far as they are known.
  private var codes: [String: SparseCode] = [:]
  /// What lies above the lowest recorded site as it ran on the context itself, kept for pullbacks.
  private var ownRun: SavedForward?
  /// The pictures' ways through the vision tower from the layers of autoencoders, by layer.
  private var towers: [Int: TowerRun] = [:]
  /// Targets on what autoencoders make again, by their names, as far as they were asked for.
  var reconstructions: [[String]: [AttributionTarget: Float]] = [:]
  /// The last other run that a pullback was made from.
  var savedRun: SavedRun?

  package var tokenCount: Int { tokens.count }
  package var decoder: Decoder { model.decoder }

  /// Runs the prompt through the model, from where `other` has the same tokens and pictures.
  ///
  /// - Parameters:
  ///   - recording: the autoencoders' sites whose tensors are kept.
  ///   - detail: what to keep for pullbacks to the lowest of them; nil for nothing.
  ///   - progress: called with the share of the work done, 0 … 1.
  package init(
    opening prompt: Prompt, partNames: [String], model: Model, recording sites: [AutoencoderSite],
    keeping detail: SavedDetail? = nil, reusing other: ResidentContext?,
    progress: (Double) -> Void, cancellation: Cancellation
  ) throws {
    self.model = model
    self.prompt = prompt
    self.partNames = partNames
    tokens = prompt.tokens
    let shared = other.map { $0.commonPrefix(with: prompt) } ?? 0
    let decoder = model.decoder
    let lastInput = Site(.input(of: decoder.blockCount - 1))
    let wanted = sites.reduce(into: Set([lastInput])) { $0.formUnion($1.kept) }
      .subtracting([Self.embeddingSite])
    // A prefix is of use only with its residuals, and the last token always runs.
    let traits = model.traits(of: prompt)
    let reusable =
      other.map { other in wanted.allSatisfy { other.recorded[$0] != nil } } == true
      ? traits.spans.start(of: min(shared, prompt.tokens.count - 1)) : 0
    reusedTokenCount = reusable
    if let other, reusable > 0 {
      embeddings = other.embeddings.slice(rows: 0..<reusable)
      cache = other.cache.prefix(
        tokens: reusable, blocks: 0..<decoder.blockCount, traits: traits)
      recorded = other.recorded.filter { wanted.contains($0.key) }
        .mapValues { $0.slice(rows: 0..<reusable) }
      codes = other.codes.mapValues { $0.slice(rows: 0..<min(reusable, $0.rows)) }
    } else {
      embeddings = Matrix(rows: 0, columns: decoder.hiddenSize)
      cache = decoder.makeCache(traits)
      recorded = [:]
    }
    let new = try model.embeddings(
      prompt, positions: reusable..<prompt.tokens.count, cache: &cache,
      cancellation: cancellation)
    progress(0.1)
    let lowest = sites.map(\.write).min() ?? decoder.end
    try append(
      new, recording: wanted,
      saving: detail.flatMap { lowest < decoder.end ? (lowest, $0) : nil },
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
      decoder.embed(new), recording: Set(recorded.keys), saving: nil, continuing: nil,
      progress: { _ in }, cancellation: cancellation)
    tokens += new
    appendedCounts.append(new.count)
  }

  /// Runs new embeddings `[t, D]` through every block, the last one for the last row alone unless
  /// something in it is recorded; nothing is changed unless all of it succeeds. With `saving`, what
  /// pullbacks to that point need is kept, after `earlier` where the run goes on from one.
  private func append(
    _ new: Matrix, recording sites: Set<Site>,
    saving: (from: StreamPoint, detail: SavedDetail)?, continuing earlier: SavedForward?,
    progress: (Double) -> Void, cancellation: Cancellation
  ) throws {
    let (start, end) = (cache.count(0), decoder.end)
    let lastBlock = StreamPoint.input(of: decoder.blockCount - 1)
    let runsWhole = sites.contains { $0.point > lastBlock }
    var (grown, tap) = (cache, SiteTap(sites))
    var x = new
    // A run that goes on from tokens without one would not reach them, and one that is kept has the
    // last block's output for the last row alone.
    let saved = saving.flatMap {
      (start == 0 || earlier?.range.lowerBound == $0.from) && !runsWhole ? $0 : nil
    }
    let below = .input(of: 0)..<(saved?.from ?? end)
    for block in below.blocks {
      // Progress and cancellation are per block.
      let range = Range<StreamPoint>(blocks: block..<block + 1).clamped(to: below)
      x = try decoder.forward(
        x, over: range, cache: &grown, rows: range.upperBound == end && !runsWhole ? 1 : nil,
        tap: &tap, cancellation: cancellation)
      progress(Double(block + 1) / Double(decoder.blockCount))
    }
    var run: SavedForward?
    if let saved {
      let above = try decoder.forwardSaving(
        x, over: saved.from..<end, cache: &grown, keeping: saved.detail, tap: &tap,
        onBlock: { progress(Double($0 + 1) / Double(decoder.blockCount)) },
        cancellation: cancellation)
      x = above.output
      run = try earlier.map { try above.continuing($0, rows: start) } ?? above
    }
    if x.firstNonFinite() != nil {
      throw InterpretationError.nonFinite(
        "the residual stream after the last block at position \(start + new.rows - 1)")
    }
    cache = grown
    ownRun = run
    embeddings.append(new)
    outputs[start + new.rows - 1] = x.row(x.rows - 1)
    for (site, rows) in tap.found {
      recorded[site, default: Matrix(rows: 0, columns: rows.columns)].append(rows)
    }
    reconstructions = [:]
  }

  /// What comes into the first block.
  private static let embeddingSite = Site(.residualPre, block: 0)

  /// The tensor at a site, of all tokens `[T, …]`: as kept, or computed from the nearest point of
  /// the residual stream below it that is.
  package func tensor(at site: Site, keep: Bool, cancellation: Cancellation) throws -> Matrix {
    if site == Self.embeddingSite { return embeddings }
    if let kept = recorded[site] { return kept }
    let computed = try compute([site], cancellation: cancellation)
    if keep { recorded.merge(computed) { $1 } }
    return try known(site, in: computed)
  }

  /// What the context has at an autoencoder's site; kept from then on.
  package func rows(at site: AutoencoderSite, cancellation: Cancellation) throws -> SiteRows {
    if let layer = site.towerLayer {
      return SiteRows(
        site: site, decoder: decoder, tower: try tower(layer, cancellation: cancellation),
        stream: embeddings)
    }
    let missing = site.kept.subtracting(recorded.keys).subtracting([Self.embeddingSite])
    if !missing.isEmpty {
      recorded.merge(try compute(missing, cancellation: cancellation)) { $1 }
    }
    func tensor(_ site: Site) throws -> Matrix {
      site == Self.embeddingSite ? embeddings : try known(site, in: recorded)
    }
    return SiteRows(
      site: site, decoder: decoder, input: try tensor(site.input), output: try tensor(site.output),
      stream: try tensor(Site(site.write)))
  }

  private func tower(_ layer: Int, cancellation: Cancellation) throws -> TowerRun {
    if let known = towers[layer] { return known }
    let run = try TowerRun(prompt, model: model, layer: layer, cancellation: cancellation)
    towers[layer] = run
    return run
  }

  /// Whether the pictures' way through the tower from an autoencoder's site is kept.
  package func keepsTower(of site: AutoencoderSite) -> Bool {
    site.towerLayer.map { towers[$0] != nil } ?? true
  }

  /// What an autoencoder would read and make one block, or one layer of the tower, away from its
  /// site; nil where there is none. Nothing of it is kept.
  package func tensors(
    besides site: AutoencoderSite, by step: Int, cancellation: Cancellation
  ) throws -> (input: Matrix, output: Matrix)? {
    if let layer = site.towerLayer {
      let other = layer + step
      guard other >= 0, other < (model.pictures as? any TowerEncoder)?.tower.depth ?? 0 else {
        return nil
      }
      let rows = try TowerRun(
        prompt, model: model, layer: other, reading: true, cancellation: cancellation
      ).rows(tokenCount)
      return (rows, rows)
    }
    return try site.moved(by: step, blockCount: decoder.blockCount).map {
      (
        input: try tensor(at: $0.input, keep: false, cancellation: cancellation),
        output: try tensor(at: $0.output, keep: false, cancellation: cancellation)
      )
    }
  }

  /// Some tensors in one run from the nearest point of the residual stream below all of them.
  private func compute(_ sites: Set<Site>, cancellation: Cancellation) throws -> [Site: Matrix] {
    let lowest = sites.map(\.start).min() ?? .input(of: 0)
    let highest = sites.map(\.point).max() ?? .input(of: 0)
    let known = recorded.compactMap { site, rows in site.stream.map { ($0, rows) } }
      .filter { $0.0 <= lowest }.max { $0.0 < $1.0 }
    var (scratch, tap) = (cache.emptied, SiteTap(sites))
    _ = try decoder.forward(
      known?.1 ?? embeddings, over: (known?.0 ?? .input(of: 0))..<highest, cache: &scratch,
      tap: &tap, cancellation: cancellation)
    return tap.found
  }

  private func known(_ site: Site, in tensors: [Site: Matrix]) throws -> Matrix {
    guard let found = tensors[site] else {
      throw InterpretationError.badValue("the model has no tensor \(site.name)")
    }
    return found
  }

  /// The code of what an autoencoder reads; each token's is computed once, those of a beginning
  /// that was taken over with it.
  package func code(of autoencoder: LoadedAutoencoder, cancellation: Cancellation) throws
    -> SparseCode
  {
    var code = codes[autoencoder.name] ?? SparseCode(latentCount: autoencoder.weights.latentCount)
    guard code.rows < tokenCount else { return code }
    let rows = try rows(at: autoencoder.site, cancellation: cancellation)
    code.append(
      try rows.code(
        by: autoencoder.weights, of: code.rows..<rows.count, cancellation: cancellation))
    codes[autoencoder.name] = code
    return code
  }

  /// The output of the last block at some positions, `[D]` each, as the model's own run makes it.
  package func outputs(
    at positions: Range<Int>, cancellation: Cancellation = .never
  ) throws -> Matrix {
    if let last = positions.last, positions.contains(where: { outputs[$0] == nil }) {
      let block = decoder.blockCount - 1
      let input = try tensor(
        at: Site(.input(of: block)), keep: true, cancellation: cancellation)
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

  /// The context's own run above a point with what its pullback needs, if it was kept.
  func ownRun(above point: StreamPoint) -> SavedForward? {
    guard let ownRun, ownRun.range.contains(point) else { return nil }
    return ownRun.suffix(from: point)
  }

  /// Whether a pullback to a point of the residual stream needs no forward pass.
  package func keepsRun(above point: StreamPoint) -> Bool { ownRun(above: point) != nil }

  /// Gives back the memory that only spares pullbacks a forward pass, and changes of a picture the
  /// way through the vision tower up to where they are made.
  package func forgetRuns() {
    (ownRun, savedRun, towers) = (nil, nil, [:])
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
    let floats = recorded.values.reduce((embeddings.rows + outputs.count) * embeddings.columns) {
      $0 + $1.rows * $1.columns
    }
    return floats * 4 + cache.byteCount + cache.traits.additions.byteCount
      + codes.values.reduce(0) { $0 + $1.byteCount } + releasableByteCount
  }

  /// Bytes that `forgetRuns` gives back, at most.
  package var releasableByteCount: Int {
    towers.values.reduce((ownRun?.byteCount ?? 0) + (savedRun?.byteCount ?? 0)) {
      $0 + $1.byteCount
    }
  }
}
