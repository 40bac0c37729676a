import Autoencoders
import Checkpoints
import Images
import Interpretation
import KernelProtocol
import Models

extension Engine {
  /// Refuses a prompt that would not fit, before anything runs, and says how much of the run above
  /// the lowest autoencoder's site there is room to keep.
  /// - Parameter openingBytes: of `ContextOpening.byteCount`, what is not held yet.
  func reserveContext(
    _ prompt: Prompt, openingBytes: Int, model: LoadedModel
  ) throws -> SavedDetail? {
    guard openContexts.count < Self.contextLimit else {
      throw KernelError.tooManyContexts(limit: Self.contextLimit)
    }
    let tokens = prompt.tokens.count
    let decoder = model.model.decoder
    let sites = sites(of: model.name)
    let kept =
      tokens * decoder.hiddenSize * 4 * 2 + decoder.bytes(of: sites, tokens: tokens)
      + prompt.tileBytes + openingBytes
    let needed = model.model.prefillBytes(prompt).addingReportingOverflow(kept)
    try reserve(
      needed.overflow ? .max : needed.partialValue, for: "a context of \(tokens) tokens")
    guard let lowest = sites.map(\.write).min() else { return nil }
    // The tower's and the blocks' working sets are free again when a pullback takes its own.
    let later = kept + decoder.cacheBytes(tokens: tokens) + decoder.pullbackBytes(tokens: tokens)
    let blocks = decoder.blocks(above: lowest)
    return (0...blocks).reversed().lazy.map(SavedDetail.init(gatedBlocks:)).first { detail in
      clientBudget.affords(
        optional: decoder.ownRunBytes(tokens: tokens, blocks: blocks, detail: detail),
        needed: max(needed.partialValue, later), held: heldBytes, weights: readBytes)
    }
  }

  /// The client's context that shares the most tokens and pictures with a prompt.
  func longestPrefix(of prompt: Prompt, modelName: String) -> ResidentContext? {
    let candidates = openContexts.filter { $0.modelName == modelName }
      .map { (context: $0.context, shared: $0.context.commonPrefix(with: prompt)) }
    return candidates.max { $0.shared < $1.shared }.flatMap { $0.shared > 0 ? $0.context : nil }
  }

  /// The context a request is about, at the version it expects.
  func context(_ params: some ContextParams) throws -> OpenContext {
    let open = try context(named: params.context)
    if let version = params.version, version != open.context.version {
      throw KernelError.contextVersionMismatch(
        name: open.name, given: version, current: open.context.version)
    }
    return open
  }

  /// Refuses a continuation that would not fit, before anything runs.
  func reserveGeneration(of open: OpenContext, maxTokens: Int) throws {
    let decoder = open.context.decoder
    let limit = decoder.contextLength
    let room = limit - open.context.tokenCount
    guard maxTokens <= room else {
      throw KernelError.unsupported(
        "maxTokens is \(maxTokens), but the model has room for \(max(0, room)) more tokens "
          + "(\(limit) positions)")
    }
    try reserve(
      decoder.prefillBytes(tokens: maxTokens, cached: open.context.tokenCount),
      for: "a continuation of \(maxTokens) tokens")
  }

  /// Refuses an attribution or intervention that would not fit, before anything runs.
  func reserveRun(
    of open: OpenContext, autoencoder: LoadedAutoencoder, extraTokens: Int = 0,
    savesForPullback: Bool
  ) throws {
    try reserveRun(
      of: open, autoencoders: [autoencoder], extraTokens: extraTokens,
      savesForPullback: savesForPullback)
  }

  /// The same with several autoencoders in one run.
  func reserveRun(
    of open: OpenContext, autoencoders: [LoadedAutoencoder], extraTokens: Int = 0,
    savesForPullback: Bool
  ) throws {
    let decoder = open.context.decoder
    let tokens = open.context.tokenCount + extraTokens
    let lowest = autoencoders.map(\.site.write).min() ?? decoder.end
    let run =
      !savesForPullback
      ? decoder.prefillBytes(tokens: tokens)
      : open.context.keepsRun(above: lowest)
        ? decoder.pullbackBytes(tokens: tokens)
        : decoder.attributionBytes(tokens: tokens, blocks: decoder.blocks(above: lowest))
    let encoding = autoencoders.map { $0.weights.encodingBytes(rows: tokens) }.max() ?? 0
    // The stream and what is made in several states, and what of the site is not kept yet.
    let rows = autoencoders.reduce(encoding) { bytes, autoencoder in
      let site = autoencoder.site
      let width = decoder.hiddenSize + (site.isStream ? 0 : autoencoder.weights.outputSize)
      return bytes + 8 * tokens * width * 4 + decoder.bytes(of: [site], tokens: tokens)
        + towerBytes(of: open.context, site: site)
    }
    let needed = run.addingReportingOverflow(rows)
    try reserve(
      needed.overflow ? .max : needed.partialValue, for: "a run over \(tokens) tokens",
      sparing: open.name)
  }
}

extension Engine {
  /// Bytes that a run from a layer of the vision tower takes, beside what the context keeps of it.
  private func towerBytes(of context: ResidentContext, site: AutoencoderSite) -> Int {
    guard site.towerLayer != nil,
      let bytes = context.model.towerBytes(context.prompt.images.map(\.tiles))
    else { return 0 }
    return bytes.working + (context.keepsTower(of: site) ? 0 : bytes.kept)
  }
}

extension Prompt {
  /// Bytes of its pictures as the vision tower takes them, which the prompt keeps.
  var tileBytes: Int { images.reduce(0) { $0 + 4 * $1.tiles.values.count } }
}
