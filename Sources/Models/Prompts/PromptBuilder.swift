import Images
import Tensors
import Tokenization

/// Turns parts into a `Prompt`. Everything that can be refused is refused before a pixel is
/// resized.
struct PromptBuilder {
  /// No vocabulary has tokens of more bytes on average; a longer text is refused unread.
  private static let bytesPerToken = 256

  /// What the model is called in errors.
  let modelName: String
  let tokenizer: Tokenizer
  /// The token that the tokenizer's configuration begins texts with.
  let beginToken: String?
  let conversation: Conversation
  /// nil in a text model.
  let pictures: (any PictureEncoder)?
  /// V.
  let vocabularySize: Int
  /// The most tokens of a prompt.
  let limit: Int
  let parts: [PromptPart]
  let template: PromptTemplate
  let cancellation: Cancellation
  /// What a template's `strftime_now` tells, the same however often it is rendered.
  private let time = TemplateTime.now

  /// What a template writes for a picture or a video; nil where the model sees none.
  private func placeholder(isVideo: Bool) -> String? {
    isVideo ? pictures?.videos?.videoText : pictures?.imageText
  }

  /// By part; nil for texts.
  private var placeholders: [String?] {
    parts.map { $0.text == nil ? placeholder(isVideo: $0.frames != nil) : nil }
  }

  func build() throws -> Prompt {
    try requireSpeakable()
    let layouts = try self.layouts()
    let rendered = try render()
    try requireRoom(
      pictureTokens: layouts.reduce(0) { $0 + ($1?.tokenCount ?? 0) },
      textBytes: rendered.text.utf8.count)
    let expansion = try ImageTokenExpansion(
      rendered,
      [false, true].map { isVideo in
        ImageTokenExpansion.Kind(
          placeholder: placeholder(isVideo: isVideo),
          expansions: layouts.compactMap(\.self).filter { $0.isVideo == isVideo }
            .map { self.expansion(of: $0) })
      }, textParts: parts.indices.filter { parts[$0].text != nil },
      roles: parts.filter { $0.text == nil }.map(\.role).reduce(into: []) {
        if !$0.contains($1) { $0.append($1) }
      })
    let tokens = try encode(expansion.text)
    try require(tokens)
    let runs = try runs(of: layouts, in: tokens)
    let spans = try self.spans(rendered, expansion, tokens: tokens, runs: runs)
    return Prompt(
      tokens: tokens, partSpans: spans, images: try images(layouts, spans: spans),
      text: rendered.text)
  }

  // MARK: Checks

  private func requireSpeakable() throws {
    for (index, part) in parts.enumerated() {
      if part.picture != nil, pictures == nil {
        throw ModelError.picturesNotSupported(model: modelName)
      }
      if let frames = part.frames { try require(frames, part: index) }
      guard let text = part.text, let pictures else { continue }
      for token in [pictures.imageText, pictures.tokenText]
      where !RenderedPrompt.occurrences(of: token, in: text).isEmpty {
        throw ModelError.textHoldsImageToken(part: index, token: token)
      }
      if let token = pictures.videoText,
        !RenderedPrompt.occurrences(of: token, in: text).isEmpty
      {
        throw pictures.videos == nil
          ? ModelError.videosNotSupported(part: index, token: token)
          : .textHoldsVideoToken(part: index, token: token)
      }
    }
  }

  /// Frames that the model can be shown as one video.
  private func require(_ frames: [Picture], part: Int) throws(ModelError) {
    guard pictures?.videos != nil else {
      throw .framesNotSupported(part: part, model: modelName)
    }
    guard (1...FrameView.mostFrames).contains(frames.count) else {
      throw .frames(
        part: part, found: "\(frames.count) frames", expected: "1 to \(FrameView.mostFrames)")
    }
    let first = frames[0]
    if let other = frames.firstIndex(where: {
      $0.width != first.width || $0.height != first.height
    }) {
      throw .frames(
        part: part,
        found: "frame \(other + 1) of \(frames[other].width) by \(frames[other].height) pixels",
        expected: "\(first.width) by \(first.height), as the first")
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
    if let token = tokens.first(where: { $0 < 0 || $0 >= vocabularySize }) {
      throw ModelError.tokenOutOfRange(token: token, vocabulary: vocabularySize)
    }
  }

  // MARK: Text

  private func render() throws -> RenderedPrompt {
    switch template {
    case .plain:
      return RenderedPrompt(
        joining: zip(parts, placeholders).map { $0.text ?? $1 ?? "" })
    case .model(let addGenerationPrompt):
      return try RenderedPrompt(pieces: parts.map(\.text), placeholders: placeholders) { texts in
        try conversation.render(
          parts, texts: texts, addGenerationPrompt: addGenerationPrompt, time: time,
          cancellation: cancellation)
      }
    case .modelThenAnswer:
      return try RenderedPrompt(pieces: parts.map(\.text), placeholders: placeholders) { texts in
        let earlier = try conversation.render(
          Array(parts.dropLast()), texts: Array(texts.dropLast()), addGenerationPrompt: true,
          time: time, cancellation: cancellation)
        return earlier + (texts.last.flatMap(\.self) ?? "")
      }
    }
  }

  private func encode(_ text: String) throws -> [Int] {
    try tokenizer.encode(
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
      first = try tokenizer.encode("", addSpecialTokens: true).first
        .flatMap(tokenizer.token)
    } else {
      if pictures == nil { return false }
      first = beginToken
    }
    return first.map { !text.utf8.starts(with: $0.utf8) } ?? true
  }

  private func spans(
    _ rendered: RenderedPrompt, _ expansion: ImageTokenExpansion, tokens: [Int],
    runs: [Range<Int>]
  ) throws -> [Range<Int>] {
    let finder = TokenSpans(
      tokens: tokens, pieces: tokens.map { tokenizer.tokenBytes($0) ?? [] },
      text: Array(expansion.text.utf8), encode: encode)
    var runs = runs.makeIterator()
    var spans: [Range<Int>] = []
    for (part, range) in zip(parts, rendered.ranges) {
      if part.text == nil {
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

  private var pictureCount: Int { parts.count { $0.picture != nil } }

  private func layouts() throws -> [PictureLayout?] {
    try parts.map { part in
      switch part.content {
      case .text: nil
      case .picture(let picture):
        try pictures?.layout(width: picture.width, height: picture.height, among: pictureCount)
      case .video(let frames):
        try pictures?.videos?.layout(
          frames: frames.count, width: frames[0].width, height: frames[0].height)
      }
    }
  }

  private func expansion(of layout: PictureLayout) -> String {
    guard layout.isVideo else { return pictures?.expansion(of: layout) ?? "" }
    return String(repeating: pictures?.videos?.videoText ?? "", count: layout.tokenCount)
  }

  /// Where the tokens of each picture and video lie, in the order of their parts.
  private func runs(of layouts: [PictureLayout?], in tokens: [Int]) throws -> [Range<Int>] {
    guard let pictures else { return [] }
    let seen = layouts.compactMap(\.self)
    var left = try [false, true].map { isVideo in
      let token = isVideo ? pictures.videos?.videoToken : pictures.imageToken
      let text = isVideo ? pictures.videos?.videoText ?? "" : pictures.tokenText
      let own = seen.filter { $0.isVideo == isVideo }
      return try imageRuns(
        of: token, text: text, in: tokens, counts: own.map(\.tokenCount),
        embedded: own.map {
          RenderedPrompt.occurrences(of: text, in: expansion(of: $0)).count
        })[...]
    }
    return seen.compactMap { left[$0.isVideo ? 1 : 0].popFirst() }
  }

  /// Where each picture's tokens lie, in the order of their image tokens.
  /// - Parameters:
  ///   - token: that their embeddings replace, and how it is written; nil where there is none.
  ///   - counts: all tokens of each.
  ///   - embedded: those of them that are `token`.
  private func imageRuns(
    of token: Int?, text: String, in tokens: [Int], counts: [Int], embedded: [Int]
  ) throws -> [Range<Int>] {
    guard let token else { return [] }
    let positions = tokens.indices.filter { tokens[$0] == token }
    var runs: [Range<Int>] = []
    var next = 0
    for count in embedded where next + count <= positions.count {
      runs.append(positions[next]..<positions[next + count - 1] + 1)
      next += count
    }
    guard positions.count <= embedded.reduce(0, +) else {
      // A text that the tokenizer brings to the image token's form, as NFKC does with letters of
      // full width.
      throw ModelError.textsMakeImageToken(parts: [], token: text)
    }
    guard next == positions.count else {
      throw ModelError.inconsistent(
        what: "the number of image tokens in the prompt", found: "\(positions.count)",
        expected: "\(embedded.reduce(0, +)), those of its pictures")
    }
    for (run, count) in zip(runs, counts) where run.count != count {
      throw ModelError.inconsistent(
        what: "the tokens from a picture's first image token to its last", found: "\(run.count)",
        expected: "\(count): is another of the model's tokens its image token, too?")
    }
    return runs
  }

  private func images(
    _ layouts: [PictureLayout?], spans: [Range<Int>]
  ) throws -> [PromptImage] {
    var images: [PromptImage] = []
    for (index, part) in parts.enumerated() {
      guard let layout = layouts[index] else { continue }
      let tiles: PictureTiles? =
        switch part.content {
        case .text: nil
        case .picture(let picture): try pictures?.prepare(picture, among: pictureCount)
        case .video(let frames): try pictures?.videos?.prepare(frames, cancellation: cancellation)
        }
      guard let tiles else { continue }
      images.append(
        PromptImage(part: index, span: spans[index], layout: layout, tiles: tiles))
    }
    return images
  }
}
