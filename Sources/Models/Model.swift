package import Checkpoints
package import Images
package import Tensors
package import Tokenization

/// A checkpoint of any family, ready to answer: tokenizer, chat template, decoder and, in a model
/// that sees, a picture encoder.
///
/// Weights stay mapped in their files; only norms, biases and the tower's positions are copied, and
/// on a device of its own memory what its layers multiply with.
/// With `precision` int8 the decoder's projections and head are 8-bit weights made from them, in
/// memory or mapped from their cache. Immutable: every call is a function of its arguments.
package final class Model: Sendable {
  package let folder: String
  package let family: any ModelFamily
  package let generation: GenerationConfiguration
  package let precision: Precision
  package let compute: Compute
  package let decoder: Decoder
  package let tokenizer: Tokenizer
  /// nil in a text model.
  package let pictures: (any PictureEncoder)?
  private let conversation: Conversation
  private let beginToken: String?
  let checkpoint: Checkpoint
  /// Bytes of 8-bit weights in this process's memory.
  package let heldBytes: Int
  /// Bytes of 8-bit weights mapped from their cache.
  let cachedBytes: Int

  /// Opens a Hugging Face folder.
  /// - Parameters:
  ///   - precision: nil chooses bfloat16 when the weights have 16 bits, float32 otherwise.
  ///   - quantisation: what making 8-bit weights may take and where they are kept; without effect
  ///     in other precisions.
  ///   - resizing: which library's resizing is applied to pictures; without effect in a text model.
  ///   - engine: what the layers of decoder and tower run on; it decides about int8, too.
  /// - Throws: `CheckpointError`, `ModelError`, `TokenizationError`, `ImageError` on files that
  ///   are missing, damaged, of an unknown architecture, or contradict each other.
  package init(
    folder: String, precision: Precision? = nil, team: ThreadTeam,
    resizing: PictureResizing = .default,
    quantisation: WeightQuantiser.Options = .init(), engine: LayerEngine = .host
  ) throws {
    self.folder = folder
    let family = try ModelFamilies.read(folder: folder)
    let checkpoint = try Checkpoint(folder: folder)
    self.checkpoint = checkpoint
    self.family = family
    let text = family.text
    generation = try GenerationConfiguration(
      folder: folder, beginToken: text.beginToken, endTokens: text.endTokens)
    let stored = try checkpoint.entry(TensorNames.embeddings).type
    self.precision = precision ?? (stored == .float32 ? .float32 : .bfloat16)
    compute = Compute(team: team, precision: self.precision)
    let tokenizerConfiguration = try TokenizerConfiguration(folder: folder)
    beginToken = tokenizerConfiguration.beginToken
    conversation = try Conversation(
      folder: folder, seesPictures: type(of: family).seesPictures,
      variables: tokenizerConfiguration.templateVariables)
    tokenizer = try Self.tokenizer(folder: folder, text: text)
    let operators = try engine.make(
      self.precision, compute, checkpoint.files.reduce(0) { $0 + $1.file.byteCount })
    if self.precision == .int8 {
      let quantiser = try WeightQuantiser(
        checkpoint: checkpoint, totalBytes: Decoder.quantisedBytes(text.decoder),
        options: quantisation, team: team)
      decoder = try Self.decoder(
        text.decoder, checkpoint: checkpoint, compute: compute, engine: operators,
        quantiser: quantiser)
      (heldBytes, cachedBytes) = (quantiser.heldBytes, quantiser.mappedBytes)
    } else {
      decoder = try Decoder(
        text.decoder, checkpoint: checkpoint, compute: compute, engine: operators)
      (heldBytes, cachedBytes) = (0, 0)
    }
    pictures = try family.pictureEncoder(
      folder: folder, checkpoint: checkpoint, tokenizer: tokenizer, resizing: resizing,
      compute: compute, engine: operators)
    try requireAgreement()
  }

  /// The decoder with 8-bit weights: built again where they have been written to the cache, so that
  /// they are pages of that file.
  private static func decoder(
    _ recipe: DecoderRecipe, checkpoint: Checkpoint, compute: Compute, engine: some Operators,
    quantiser: WeightQuantiser
  ) throws -> Decoder {
    func make() throws -> Decoder {
      try Decoder(
        recipe, checkpoint: checkpoint, compute: compute, engine: engine, quantiser: quantiser)
    }
    let made = try make()
    return try quantiser.save() ? make() : made
  }

  private static func tokenizer(
    folder: String, text: TextConfiguration
  ) throws -> Tokenizer {
    let tokenizer = try Tokenizer(folder: folder)
    let vocabularySize = text.decoder.vocabularySize
    guard vocabularySize < tokenizer.idEnd else { return tokenizer }
    for id in (vocabularySize..<tokenizer.idEnd).reversed() {
      guard let token = tokenizer.token(id), !text.tokensWithoutRows.contains(token) else {
        continue
      }
      throw ModelError.inconsistent(
        what: "the highest token of tokenizer.json", found: "\(id)",
        expected: "below vocab_size \(vocabularySize), a row of the embeddings")
    }
    return tokenizer
  }

  /// The image token must be the same in the tokenizer and in the configuration.
  private func requireAgreement() throws(ModelError) {
    guard let pictures else { return }
    let (text, id) = (pictures.tokenText, pictures.imageToken)
    let found = tokenizer.id(ofToken: text)
    guard found == id else {
      throw .inconsistent(
        what: "the token \(text) of tokenizer.json", found: found.map(String.init) ?? "absent",
        expected: "image_token_index \(id)")
    }
  }

  /// Turns parts into tokens, spans and tiles; see `PromptBuilder`.
  ///
  /// - Throws: `ModelError` on pictures in a text model, texts with the image token in them, empty
  ///   or too long prompts; `TokenizationError` from the template; `ImageError`;
  ///   `CancellationError`.
  package func prompt(
    _ parts: [PromptPart], template: PromptTemplate = .model(addGenerationPrompt: true),
    cancellation: Cancellation = .never
  ) throws -> Prompt {
    let builder = PromptBuilder(
      modelName: folder, tokenizer: tokenizer, beginToken: beginToken, conversation: conversation,
      pictures: pictures, vocabularySize: decoder.vocabularySize, limit: decoder.contextLength,
      parts: parts, template: template, cancellation: cancellation)
    do { return try builder.build() } catch TokenizationError.stopped { throw CancellationError() }
  }

  /// The stretches of a prompt whose tokens see each other both ways: each run of a picture's
  /// tokens in a family whose pictures are seen whole.
  package func bidirectionalSpans(in prompt: Prompt) -> BidirectionalSpans {
    guard let pictures, pictures.seesWholeViews else { return .none }
    return BidirectionalSpans(prompt.tokens.runs(of: pictures.imageToken))
  }

  /// What a prompt is beside its tokens, without what is added to them between blocks, which is
  /// computed with their `embeddings`.
  package func traits(of prompt: Prompt) -> SequenceTraits {
    let grids = pictures?.areGrids == true ? prompt.images.flatMap(\.grids) : []
    return SequenceTraits(
      spans: bidirectionalSpans(in: prompt), places: RotaryPlaces(grids))
  }

  /// An empty cache for a prompt and what is said after it.
  package func makeCache(for prompt: Prompt) -> KeyValueCache {
    decoder.makeCache(traits(of: prompt))
  }

  /// The decoder's inputs `[t, D]` at `positions` (by default all T): token embeddings, a picture's
  /// rows replaced by its features. Pictures outside `positions` are not looked at, so that a
  /// prompt whose beginning is cached costs only what is new. What is added to its tokens between
  /// blocks joins `cache`, the prompt's.
  package func embeddings(
    _ prompt: Prompt, positions: Range<Int>? = nil, cache: inout KeyValueCache,
    cancellation: Cancellation = .never
  ) throws -> Matrix {
    let positions = positions ?? 0..<prompt.tokens.count
    var x = decoder.embed(Array(prompt.tokens[positions]))
    for image in prompt.images {
      let wanted = image.span.clamped(to: positions)
      guard let pictures, !wanted.isEmpty else { continue }
      let (first, start) = (image.span.lowerBound, positions.lowerBound)
      let features = try pictures.embed(
        image.tiles, layout: image.layout, first: wanted.upperBound - first,
        cancellation: cancellation)
      let name = "the features of picture part \(image.part)"
      for rows in [features.embeddings] + features.behindBlocks {
        try decoder.requireFinite(rows, at: name)
      }
      let rows = wanted.lowerBound - first..<wanted.upperBound - first
      if !features.behindBlocks.isEmpty {
        cache.add(
          BlockAdditions([
            BlockAdditions.Piece(
              first: wanted.lowerBound,
              behindBlocks: features.behindBlocks.map { $0.slice(rows: rows) })
          ]))
      }
      // Words between a picture's views keep their own embeddings.
      let token = image.layout.isVideo ? pictures.videos?.videoToken : pictures.imageToken
      for run in prompt.tokens[wanted].runs(of: token ?? pictures.imageToken) {
        x.replace(
          rows: run.lowerBound - start..<run.upperBound - start,
          with: features.embeddings.slice(
            rows: run.lowerBound - first..<run.upperBound - first))
      }
    }
    return x
  }

  /// The working set in bytes of a prompt's first pass after `cached` tokens: the decoder's, with
  /// the prompt's inputs and one tile's way through the tower.
  package func prefillBytes(_ prompt: Prompt, cached: Int = 0) -> Int {
    let new = max(prompt.tokens.count - cached, 0)
    let tower = prompt.images.map { pictures?.workingBytes($0.tiles) ?? 0 }.max() ?? 0
    let (total, overflow) = decoder.prefillBytes(tokens: new, cached: cached)
      .addingReportingOverflow(tower + 4 * new * decoder.hiddenSize)
    return overflow ? .max : total
  }

  /// Answers from the logits `[V]` of a prompt's last position, whose keys and values `cache`
  /// holds; every token but the last joins it. The options' end tokens are joined by the model's.
  package func generate(
    from logits: [Float], cache: inout KeyValueCache, options: GenerationOptions,
    cancellation: Cancellation = .never,
    onToken: (_ token: Generation.Token, _ text: String) throws -> Void = { _, _ in }
  ) throws -> Generation {
    var options = options
    options.endTokens.formUnion(generation.endTokens)
    let all = 0..<decoder.blockCount
    var generator = Generator(tokenizer, options: options)
    return try generator.run(
      from: logits, cancellation: cancellation,
      step: { token in
        guard cache.count(0) < decoder.contextLength else { return nil }
        let last = try decoder.forward(
          decoder.embed([token]), blocks: all, cache: &cache, cancellation: cancellation)
        return try decoder.finiteLogits(last).row(0)
      }, onToken: onToken)
  }
}
