import Checkpoints
import Images
import Tensors
import Tokenization

/// Turns parts into a `Prompt`. Everything that can be refused is refused before a pixel is resized.
struct PromptBuilder {
  /// No vocabulary has tokens of more bytes on average; a longer text is refused unread.
  private static let bytesPerToken = 256

  let model: LlavaNextModel
  let parts: [PromptPart]
  let template: PromptTemplate
  let cancellation: Cancellation
  /// What a template's `strftime_now` tells, the same however often it is rendered.
  private let time = TemplateTime.now

  private var limit: Int { model.configuration.text.contextLength }
  private var imageToken: String? { model.pictures?.imageToken }

  func build() throws -> Prompt {
    try requireSpeakable()
    let geometries = try self.geometries()
    let rendered = try render()
    let counts = geometries.compactMap { $0?.tokenCount }
    try requireRoom(pictureTokens: counts.reduce(0, +), textBytes: rendered.text.utf8.count)
    let expansion = try ImageTokenExpansion(
      rendered, imageToken: imageToken, counts: counts,
      textParts: parts.indices.filter { parts[$0].picture == nil })
    let tokens = try encode(expansion.text)
    try require(tokens)
    let runs = try imageRuns(in: tokens, counts: counts)
    let spans = try self.spans(rendered, expansion, tokens: tokens, runs: runs)
    return Prompt(
      tokens: tokens, partSpans: spans, images: try images(geometries, spans: spans),
      text: rendered.text)
  }

  // MARK: Checks

  private func requireSpeakable() throws {
    for (index, part) in parts.enumerated() {
      if part.picture != nil, model.pictures == nil {
        throw ModelError.picturesNotSupported(model: model.folder)
      }
      if let token = imageToken, let text = part.text,
        !RenderedPrompt.occurrences(of: token, in: text).isEmpty
      {
        throw ModelError.textHoldsImageToken(part: index, token: token)
      }
    }
  }

  private func requireRoom(pictureTokens: Int, textBytes: Int) throws {
    let least = max(pictureTokens, textBytes / Self.bytesPerToken)
    guard least <= limit else { throw ModelError.promptTooLong(tokens: least, limit: limit) }
  }

  private func require(_ tokens: [Int]) throws {
    guard !tokens.isEmpty else { throw ModelError.emptyPrompt }
    guard tokens.count <= limit else {
      throw ModelError.promptTooLong(tokens: tokens.count, limit: limit)
    }
    let vocabulary = model.decoder.vocabularySize
    if let token = tokens.first(where: { $0 < 0 || $0 >= vocabulary }) {
      throw ModelError.tokenOutOfRange(token: token, vocabulary: vocabulary)
    }
  }

  // MARK: Text

  private func render() throws -> RenderedPrompt {
    switch template {
    case .plain:
      return RenderedPrompt(joining: parts.map { $0.text ?? imageToken ?? "" })
    case .model(let addGenerationPrompt):
      return try RenderedPrompt(pieces: parts.map(\.text), imageToken: imageToken) { texts in
        try model.render(
          parts, texts: texts, addGenerationPrompt: addGenerationPrompt, time: time,
          cancellation: cancellation)
      }
    case .modelThenAnswer:
      return try RenderedPrompt(pieces: parts.map(\.text), imageToken: imageToken) { texts in
        let earlier = try model.render(
          Array(parts.dropLast()), texts: Array(texts.dropLast()), addGenerationPrompt: true,
          time: time, cancellation: cancellation)
        return earlier + (texts.last.flatMap(\.self) ?? "")
      }
    }
  }

  private func encode(_ text: String) throws -> [Int] {
    try model.tokenizer.encode(
      text, addSpecialTokens: addsSpecialTokens(to: text),
      isStopped: { [cancellation] in cancellation.isCancelled })
  }

  /// Whether the tokenizer puts its own special tokens around the text.
  ///
  /// As transformers: what a text model's template has rendered is taken as it is; a processor adds
  /// them unless the text begins with bos_token. Without a template they are added unless the text
  /// begins with the first of them.
  private func addsSpecialTokens(to text: String) throws -> Bool {
    let first: String?
    if template == .plain {
      first = try model.tokenizer.encode("", addSpecialTokens: true).first
        .flatMap(model.tokenizer.token)
    } else {
      if model.pictures == nil { return false }
      first = model.tokenizerConfiguration.beginToken
    }
    return first.map { !text.utf8.starts(with: $0.utf8) } ?? true
  }

  private func spans(
    _ rendered: RenderedPrompt, _ expansion: ImageTokenExpansion, tokens: [Int],
    runs: [Range<Int>]
  ) throws -> [Range<Int>] {
    let finder = TokenSpans(
      tokens: tokens, pieces: tokens.map { model.tokenizer.tokenBytes($0) ?? [] },
      text: Array(expansion.text.utf8), encode: encode)
    var runs = runs.makeIterator()
    var spans: [Range<Int>] = []
    for (part, range) in zip(parts, rendered.ranges) {
      if part.picture != nil {
        spans.append(runs.next() ?? 0..<0)
      } else if let range {
        spans.append(try finder.span(of: expansion.range(range)))
      } else {
        spans.append(0..<0)
      }
    }
    return disjoint(spans, order: rendered.ranges)
  }

  /// A token across two texts belongs to the first.
  private func disjoint(_ spans: [Range<Int>], order ranges: [Range<Int>?]) -> [Range<Int>] {
    var result = spans
    var end = 0
    let order = ranges.indices.sorted {
      (ranges[$0]?.lowerBound ?? 0, $0) < (ranges[$1]?.lowerBound ?? 0, $1)
    }
    for index in order where !spans[index].isEmpty {
      let start = max(end, spans[index].lowerBound)
      result[index] = start..<max(start, spans[index].upperBound)
      end = result[index].upperBound
    }
    return result
  }

  // MARK: Pictures

  private func geometries() throws -> [PatchGeometry?] {
    try parts.map { part in
      guard let picture = part.picture, let pictures = model.pictures else { return nil }
      return try pictures.geometry(width: picture.width, height: picture.height)
    }
  }

  /// Where each picture's tokens lie, in the order of their image tokens.
  private func imageRuns(in tokens: [Int], counts: [Int]) throws -> [Range<Int>] {
    guard let pictures = model.pictures else { return [] }
    let positions = tokens.indices.filter { tokens[$0] == pictures.configuration.imageToken }
    var runs: [Range<Int>] = []
    var next = 0
    for count in counts where next + count <= positions.count {
      runs.append(positions[next]..<positions[next + count - 1] + 1)
      next += count
    }
    guard positions.count <= counts.reduce(0, +) else {
      // A text that the tokenizer brings to the image token's form, as NFKC does with letters of full width.
      throw ModelError.textsMakeImageToken(parts: [], token: imageToken ?? "image token")
    }
    guard next == positions.count, zip(runs, counts).allSatisfy({ $0.count == $1 }) else {
      throw ModelError.inconsistent(
        what: "the number of image tokens in the prompt", found: "\(positions.count)",
        expected: "\(counts.reduce(0, +)), those of its pictures")
    }
    return runs
  }

  private func images(
    _ geometries: [PatchGeometry?], spans: [Range<Int>]
  ) throws -> [PromptImage] {
    var images: [PromptImage] = []
    for (index, part) in parts.enumerated() {
      guard let picture = part.picture, let geometry = geometries[index],
        let pictures = model.pictures
      else { continue }
      images.append(
        PromptImage(
          part: index, span: spans[index], geometry: geometry,
          tiles: try pictures.processor.tiledImage(from: picture)))
    }
    return images
  }
}
