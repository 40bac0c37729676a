internal import JSON
import JSONRPC
import Kernel
import KernelProtocol
import PromptFiles

extension LanguageServer {
  /// Features that a hover lists.
  private static let listed = 8

  /// The strongest features of the token, or the image, under the cursor; of a latent in the front
  /// matter what it stands for.
  func hover(_ call: Call, _ engine: Engine) throws -> ShelfAnswer {
    guard
      let position = try call.params["position"]?.decode(TextPosition.self, path: "params.position")
    else { throw WireError.missing(path: "params.position") }
    guard let open = try open(call, engine) else { return { _ in .null } }
    let found: Description? =
      if let latent = latent(at: position, in: open.document) {
        try describe(latent.index, at: latent.range, in: open, call, engine)
      } else {
        try describe(position, in: open, call, engine)
      }
    guard let found else { return { _ in .null } }
    let kind: JSONValue = client.readsMarkdown ? "markdown" : "plaintext"
    return { shelf in
      [
        "contents": ["kind": kind, "value": .string(try found.text(shelf))],
        "range": found.range.json,
      ]
    }
  }

  /// What is said of a place, with what an index says.
  private struct Description: Sendable {
    let range: TextRange
    let text: @Sendable (IndexShelf) throws -> String
  }

  // MARK: Tokens and images

  private func describe(
    _ position: TextPosition, in open: OpenDocument, _ call: Call, _ engine: Engine
  ) throws -> Description? {
    let tokens = open.prompt.tokens.filter { $0.range.contains(position) }
    if let first = tokens.first, let last = tokens.last {
      let places = tokens.map { "\($0.position)" }.joined(separator: ", ")
      let title =
        "\(tokens.map { code($0.text) }.joined(separator: " ")) token "
        + "\(places) of \(open.prompt.tokenCount ?? 0)"
      let text = try describe(
        first.position..<last.position + 1, title: title, in: open, call, engine)
      return Description(
        range: TextRange(start: first.range.start, end: last.range.end), text: text)
    }
    guard
      let part = open.prompt.parts.first(where: { $0.image != nil && $0.range.contains(position) })
    else { return nil }
    let span = part.span.start..<part.span.end
    let title =
      "\(code("![\(part.image ?? "")]")) tokens \(span.lowerBound) to \(span.upperBound - 1)"
    return Description(
      range: part.range, text: try describe(span, title: title, in: open, call, engine))
  }

  private func describe(
    _ positions: Range<Int>, title: String, in open: OpenDocument, _ call: Call, _ engine: Engine
  ) throws -> @Sendable (IndexShelf) throws -> String {
    var lines = [title]
    if let scores = documents[open.document.uri]?.scores {
      lines += ["", escaped(sentence(scores, positions, in: open))]
      lines += scores.explanation.sentences.flatMap { ["", escaped($0)] }
    }
    let title = lines.joined(separator: "\n")
    guard let name = open.prompt.sae else { return { _ in title } }
    let found = try engine.answer(
      FeatureActivations.self,
      .init(
        context: open.context, sae: name,
        region: .span(Span(start: positions.lowerBound, end: positions.upperBound)),
        topK: Self.listed),
      for: call)
    let items = found.items.map { (latent: $0.feature.index, score: Float($0.score)) }
    if items.isEmpty { return { _ in title + "\n\nno feature is active here" } }
    let known = LatentLabels(ofAutoencoder: name, engine)
    return { [self] shelf in
      let labels = known.labels(of: items.map(\.latent), in: shelf)
      let listed = items.map { item in
        let label = labels[item.latent].map { " " + escaped($0) } ?? ""
        return "- \(strong("\(item.latent)")) \(decimal(item.score))\(label)"
      }
      return ([title, ""] + listed).joined(separator: "\n")
    }
  }

  /// What the scores say of some positions: of an image, what was measured of it.
  private func sentence(
    _ scores: TokenScores, _ positions: Range<Int>, in open: OpenDocument
  ) -> String {
    let image = open.prompt.parts.first {
      $0.image != nil && positions == $0.span.start..<$0.span.end
    }
    if let image,
      let place = scores.places(in: open.prompt).first(where: { $0.range == image.range })
    {
      return scores.sentence(place)
    }
    let score = positions.filter(scores.byPosition.indices.contains)
      .reduce(Float(0)) { $0 + scores.byPosition[$1] }
    return "\(signed(score)) for \(scores.title), to first order"
  }

  // MARK: Latents of the front matter

  private func latent(
    at position: TextPosition, in document: PromptDocument
  ) -> (index: Int, range: TextRange)? {
    let file = PromptFile(document.text)
    let offset = file.source.offset(of: position)
    for clamp in file.front.steer {
      let range = clamp.index.range.lowerBound..<clamp.value.range.upperBound
      if range.contains(offset) { return (clamp.index.value, file.source.range(range)) }
    }
    return nil
  }

  private func describe(
    _ latent: Int, at range: TextRange, in open: OpenDocument, _ call: Call, _ engine: Engine
  ) throws -> Description? {
    guard let name = open.prompt.sae else { return nil }
    let params = FeatureInfo.Params(feature: FeatureRef(sae: name, index: latent))
    let information = try engine.featureInfo(params, for: call)
    return Description(range: range) { [self] shelf in
      let info = try information(shelf)
      func words(_ effects: [FeatureInfo.TokenEffect]) -> String {
        effects.prefix(Self.listed).map { code($0.text) }.joined(separator: " ")
      }
      let label = info.explanation.map { escaped($0.text) } ?? "no explanation"
      return [
        "\(strong("\(latent)")) \(label)", "", "raises \(words(info.logits.promoted))", "",
        "lowers \(words(info.logits.suppressed))",
      ].joined(separator: "\n")
    }
  }

  // MARK: Words

  private func strong(_ text: String) -> String { client.readsMarkdown ? "**\(text)**" : text }

  /// A token between marks that its own characters cannot end.
  private func code(_ text: String) -> String {
    let shown = text.replacing("\n", with: "↵").replacing("\r", with: "↵").replacing(
      "\t", with: "⇥")
    guard client.readsMarkdown else { return "“\(shown)”" }
    let fence = String(repeating: "`", count: shown.contains("`") ? 2 : 1)
    let gap = shown.hasPrefix("`") || shown.hasSuffix("`") ? " " : ""
    // A span of nothing but spaces, or with one at both ends, would lose them.
    return shown.allSatisfy { $0 == " " } ? "“\(shown)”" : fence + gap + shown + gap + fence
  }

  /// Words of others, which markdown must not take for its own.
  private func escaped(_ text: String) -> String {
    let line = text.replacing("\n", with: " ")
    guard client.readsMarkdown else { return line }
    return line.reduce(into: "") { result, character in
      if "\\`*_[]<>#|!".contains(character) { result.append("\\") }
      result.append(character)
    }
  }
}
