import Autoencoders
package import Corpora
package import FeatureIndex
package import Images
package import Interpretation
package import Models
package import Tensors
import Tokenization

/// Runs one entry's prompt to the autoencoder's site and sorts the code by views.
///
/// A picture alone is the prompt "<image>" behind the tokenizer's own first tokens, as in the paper
/// (3.1 of its caching). Tokens of the template, the tokenizer's own and the ends of rows of tiles
/// belong to no view. What comes behind the last token asked for is never run. Pictures that
/// questions are asked about are run by `QuestionRun`.
package struct ItemCoder: Sendable {
  package let model: Model
  package let autoencoder: LoadedAutoencoder
  package let views: Set<IndexView>
  /// Whether prompts go through the model's chat template, or are their parts one after the other.
  package let usesTemplate: Bool
  /// What pictures are run with instead of what stands beside them; nil: nothing.
  package let questions: Questions?

  /// What each picture is asked.
  package struct Questions: Sendable {
    /// Each with another text; one or more.
    package var questions: [PictureQuestion]
    /// The most tokens of the model's own answer, which is greedy; 0 for none.
    package var answerTokens: Int

    package init(_ questions: [PictureQuestion], answerTokens: Int) {
      self.questions = questions
      self.answerTokens = answerTokens
    }
  }

  package init(
    model: Model, autoencoder: LoadedAutoencoder, views: Set<IndexView>, usesTemplate: Bool,
    questions: Questions? = nil
  ) {
    self.model = model
    self.autoencoder = autoencoder
    self.views = views
    self.usesTemplate = usesTemplate
    self.questions = questions
  }

  /// A prompt that has run to the site.
  package struct Harvested: Sendable {
    var item: IndexItem
    /// Rows of `activations` by view, in the view's order.
    var places: [IndexView: [Int]]
    /// What the autoencoder reads, `[T, D]`, up to the last token of a view; nil where there is
    /// none.
    var activations: Matrix?
  }

  /// Runs the prompt of an entry.
  ///
  /// - Parameter admit: may refuse a prompt for what its run would take, in bytes.
  /// - Throws: `ModelError` on prompts that the model cannot take; `CancellationError`.
  package func harvest(
    _ prepared: PreparedEntry, picture: Picture?, admit: (Int) throws -> Void = { _ in },
    cancellation: Cancellation = .never
  ) throws -> Harvested {
    let entry = prepared.entry
    let prompt = try model.prompt(
      entry.parts(picture: picture),
      template: usesTemplate ? .model(addGenerationPrompt: entry.answer == nil) : .plain,
      cancellation: cancellation)
    let places = self.places(in: prompt)
    var item = IndexItem(
      digest: prepared.digest, name: entry.name, source: entry.source, picture: entry.picture,
      width: picture?.width ?? 0, height: picture?.height ?? 0, text: entry.writtenText)
    if let layout = prompt.images.first?.layout {
      item.layout = ItemLayout(layout, views: views)
    }
    item.tokens = model.tokenizer.texts(of: (places[.text] ?? []).map { prompt.tokens[$0] })
    guard let last = places.values.lazy.compactMap(\.last).max() else {
      return Harvested(item: item, places: [:], activations: nil)
    }
    let harvest = SiteHarvest(model: model, reading: autoencoder.site)
    let needed = harvest.byteCount(prompt).addingReportingOverflow(
      autoencoder.weights.encodingBytes(rows: last + 1))
    try admit(needed.overflow ? .max : needed.partialValue)
    let activations = try harvest(prompt, first: last + 1, cancellation: cancellation)
    return Harvested(item: item, places: places, activations: activations)
  }

  /// The code of what has run, by views.
  package func encode(
    _ harvested: Harvested, cancellation: Cancellation = .never
  ) throws -> ItemCode {
    let views = try harvested.activations.map {
      try encode($0, harvested.places, cancellation: cancellation)
    }
    return ItemCode(item: harvested.item, views: views ?? [:])
  }

  /// The positions of each view in the prompt, in the view's order.
  func places(in prompt: Prompt) -> [IndexView: [Int]] {
    var places: [IndexView: [Int]] = [:]
    if let image = prompt.images.first {
      for view in image.layout.views where views.contains(IndexView(view.name)) {
        places[IndexView(view.name)] = view.cellTokens.map { image.span.lowerBound + $0 }
      }
    }
    if views.contains(.text) {
      let pictures = Set(prompt.images.map(\.part))
      let text = prompt.partSpans.indices.filter { !pictures.contains($0) }
      places[.text] = text.flatMap { prompt.partSpans[$0] }
    }
    return places.filter { !$0.value.isEmpty }
  }

  /// All views' rows in one product, then apart again.
  private func encode(
    _ activations: Matrix, _ places: [IndexView: [Int]], cancellation: Cancellation
  ) throws -> [IndexView: ItemCode.View] {
    let order = ((model.pictures?.viewNames ?? []).map { IndexView($0) } + [.text])
      .filter { places[$0] != nil }
    let rows = order.flatMap { places[$0] ?? [] }
    let code = try autoencoder.weights.encode(
      rows == Array(0..<activations.rows) ? activations : activations.rows(rows),
      cancellation: cancellation)
    var views: [IndexView: ItemCode.View] = [:]
    var first = 0
    for view in order {
      let count = places[view]?.count ?? 0
      views[view] = code.view(rows: first..<first + count)
      first += count
    }
    return views
  }
}

extension CorpusEntry {
  /// The text and the answer as an index keeps them.
  var writtenText: String? {
    text == nil && answer == nil ? nil : [text, answer].compactMap(\.self).joined(separator: "\n")
  }
}
