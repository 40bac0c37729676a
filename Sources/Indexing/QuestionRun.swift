import Autoencoders
import Checkpoints
import Corpora
import FeatureIndex
import Images
import Interpretation
import Models
import Tensors

/// A picture on its way through the model with every question that is asked about it.
///
/// What comes before the picture's end is run once, each question from there, up to the
/// autoencoder's site; what lies above it runs where the model is to answer. The picture
/// becomes an item of its views, without a text, as the first question has it; each question
/// becomes an item of the text view: every token behind the picture, the template's and the
/// answer's included. What comes before the picture is the same for every picture and belongs to
/// no view.
///
/// An object, so that keys and values grow where they are.
final class QuestionRun {
  /// What the questions of a picture share.
  private struct Beginning {
    let tokens: [Int]
    let span: Range<Int>
    let cache: KeyValueCache
  }

  /// A question on its way, with its answer.
  private struct Answering {
    let question: PictureQuestion
    /// The tokens behind the picture.
    let tokens: [Int]
    /// What the autoencoder reads of them and of the answer's tokens that have run, `[t, D]`.
    var activations: Matrix
    var cache: KeyValueCache
    var generator: Generator
    var logits: [Float]
  }

  private let coder: ItemCoder
  private let questions: [PictureQuestion]
  private let answerTokens: Int
  private let entry: PreparedEntry
  private let picture: Picture
  private var beginning: Beginning?
  private var answering: Answering?
  private var asked = 0
  /// The picture, then the questions that have run.
  private(set) var harvested: [ItemCoder.Harvested] = []

  init(
    _ coder: ItemCoder, asking questions: ItemCoder.Questions, about picture: Picture,
    of entry: PreparedEntry
  ) {
    self.coder = coder
    self.questions = questions.questions
    answerTokens = questions.answerTokens
    self.entry = entry
    self.picture = picture
  }

  private var decoder: Decoder { coder.model.decoder }
  private var site: AutoencoderSite { coder.autoencoder.site }
  var isDone: Bool { asked == questions.count && answering == nil }

  /// Runs a question, or generates a token of an answer.
  ///
  /// - Parameter admit: may refuse a prompt for what its run would take, in bytes.
  /// - Throws: `ModelError` on prompts that the model cannot take; `CancellationError`.
  func step(admit: (Int) throws -> Void, cancellation: Cancellation) throws {
    if answering != nil {
      try answer(cancellation: cancellation)
    } else if asked < questions.count {
      try ask(questions[asked], admit: admit, cancellation: cancellation)
    }
  }

  // MARK: Asking

  private func ask(
    _ question: PictureQuestion, admit: (Int) throws -> Void, cancellation: Cancellation
  ) throws {
    let prompt = try coder.model.prompt(
      question.parts(picture: picture), template: question.template, cancellation: cancellation)
    guard let image = prompt.images.first, image.span.upperBound < prompt.tokens.count else {
      throw ModelError.inconsistent(
        what: "what stands behind the picture in a prompt", found: "no token",
        expected: "a question, or the template's words")
    }
    try admit(bytes(of: prompt))
    let start = image.span.upperBound
    let shared = try shared(prompt, image, cancellation: cancellation)
    var cache = shared.cache
    try cache.reserve(
      tokens: prompt.tokens.count + answerTokens,
      blocks: answerTokens > 0
        ? 0..<decoder.blockCount : (.input(of: 0)..<site.write).attentionBlocks)
    let rows = try decoder.rows(
      at: site,
      of: coder.model.embeddings(
        prompt, positions: start..<prompt.tokens.count, cache: &cache, cancellation: cancellation),
      cache: &cache, cancellation: cancellation)
    let tokens = Array(prompt.tokens[start...])
    asked += 1
    guard answerTokens > 0 else {
      harvest(question, tokens: tokens, rows.input, answer: nil)
      return
    }
    let last = try runAbove(rows.stream, cache: &cache, cancellation: cancellation)
    // The last token of an answer takes a position, too.
    let room = max(0, decoder.contextLength - prompt.tokens.count)
    let options = GenerationOptions(
      maxTokens: min(answerTokens, room), endTokens: Set(coder.model.generation.endTokens))
    answering = Answering(
      question: question, tokens: tokens, activations: rows.input, cache: cache,
      generator: Generator(coder.model.tokenizer, options: options),
      logits: try decoder.finiteLogits(last).row(0))
  }

  /// What the prompt begins with, run once for all that begin alike.
  private func shared(
    _ prompt: Prompt, _ image: PromptImage, cancellation: Cancellation
  ) throws -> Beginning {
    let end = image.span.upperBound
    if let beginning, beginning.span == image.span,
      beginning.tokens.elementsEqual(prompt.tokens[..<end])
    {
      return beginning
    }
    var cache = coder.model.makeCache(for: prompt)
    let rows = try decoder.rows(
      at: site,
      of: coder.model.embeddings(
        prompt, positions: 0..<end, cache: &cache, cancellation: cancellation),
      cache: &cache, cancellation: cancellation)
    if answerTokens > 0 {
      _ = try runAbove(rows.stream, cache: &cache, cancellation: cancellation)
    }
    let made = Beginning(
      tokens: Array(prompt.tokens[..<end]), span: image.span, cache: cache)
    if beginning == nil { harvestPicture(prompt, rows.input) }
    beginning = made
    return made
  }

  /// What a prompt's run and its answer take at most, with what other questions share.
  private func bytes(of prompt: Prompt) -> Int {
    let tokens = prompt.tokens.count + answerTokens
    // The shared beginning's run, then this question's keys and values beside those.
    let parts = [
      coder.model.prefillBytes(prompt), decoder.cacheBytes(tokens: tokens),
      coder.autoencoder.weights.encodingBytes(rows: prompt.tokens.count),
    ]
    return parts.reduce(0) { sum, part in
      let (total, overflow) = sum.addingReportingOverflow(part)
      return overflow ? .max : total
    }
  }

  // MARK: Answering

  private func answer(cancellation: Cancellation) throws {
    guard var run = answering else { return }
    answering = nil
    try cancellation.check()
    if let token = try run.generator.choose(from: run.logits) {
      let row = try stream(of: [token], in: &run, cancellation: cancellation)
      let last = try runAbove(row, cache: &run.cache, cancellation: cancellation)
      run.logits = try decoder.finiteLogits(last).row(0)
      answering = run
      return
    }
    let generation = run.generator.finished()
    let answer = generation.tokens.map(\.id)
    // The last token of an answer that is cut was not run to go on from.
    let rest = Array(answer.dropFirst(run.activations.rows - run.tokens.count))
    if !rest.isEmpty { _ = try stream(of: rest, in: &run, cancellation: cancellation) }
    harvest(
      run.question, tokens: run.tokens + answer, run.activations, answer: generation.text)
  }

  /// Runs tokens of the answer to the site; gives the residual stream there, `[t, D]`.
  private func stream(
    of tokens: [Int], in run: inout Answering, cancellation: Cancellation
  ) throws -> Matrix {
    let rows = try decoder.rows(
      at: site, of: decoder.embed(tokens), cache: &run.cache, cancellation: cancellation)
    run.activations.append(rows.input)
    return rows.stream
  }

  /// Runs what lies above the site; gives the last row of the last block's output.
  private func runAbove(
    _ stream: Matrix, cache: inout KeyValueCache, cancellation: Cancellation
  ) throws -> Matrix {
    var tap = SiteTap()
    return try decoder.forward(
      stream, over: site.write..<decoder.end, cache: &cache, rows: 1, tap: &tap,
      cancellation: cancellation)
  }

  // MARK: Items

  private func harvestPicture(_ prompt: Prompt, _ activations: Matrix) {
    var places = coder.places(in: prompt)
    places[.text] = nil
    var item = item(digest: entry.digest, name: entry.entry.name)
    if let layout = prompt.images.first?.layout {
      item.layout = ItemLayout(layout, views: coder.views)
    }
    harvested.append(
      .init(item: item, places: places, activations: places.isEmpty ? nil : activations))
  }

  private func harvest(
    _ question: PictureQuestion, tokens: [Int], _ activations: Matrix, answer: String?
  ) {
    var item = item(
      digest: entry.digest(asking: question.text, answer: answer),
      name: "\(entry.entry.name): \(question.title)")
    item.text = [question.text, answer].compactMap(\.self).joined(separator: "\n")
    item.tokens = coder.model.tokenizer.texts(of: tokens)
    harvested.append(
      .init(item: item, places: [.text: Array(tokens.indices)], activations: activations))
  }

  private func item(digest: [UInt8], name: String) -> IndexItem {
    IndexItem(
      digest: digest, name: name, source: entry.entry.source, picture: entry.entry.picture,
      width: picture.width, height: picture.height)
  }
}
