import FeatureIndex
import Indexing
import KernelProtocol
import Models

extension IndexBuild.Params {
  /// - Throws: `KernelError.unsupported` for a view that the model's prompts do not have, and
  ///   where a model that sees no pictures is to be asked about some.
  func indexOptions(
    for model: Model, asking questions: ItemCoder.Questions?
  ) throws(KernelError) -> IndexOptions {
    let defaults = IndexOptions()
    if questions != nil, model.pictures == nil {
      throw .unsupported("the model sees no pictures: nothing can be asked about them")
    }
    return IndexOptions(
      exemplars: exemplars ?? defaults.exemplars,
      sampledTokens: sampledTokens ?? defaults.sampledTokens,
      spanTokens: spanTokens ?? defaults.spanTokens,
      template: renderedTemplate.rawValue, views: try indexViews(of: model),
      questions: questions.map {
        .init(texts: $0.questions.map(\.text), answerTokens: $0.answerTokens)
      })
  }

  /// The views of the model's pictures, and text, as far as they are asked for.
  private func indexViews(of model: Model) throws(KernelError) -> [IndexView] {
    let known =
      model.pictures.map { $0.viewNames.map { IndexView($0) } + [.text] } ?? IndexView.numbered
    guard let views else { return known }
    if let stranger = views.first(where: { !known.contains(IndexView($0)) }) {
      throw .unsupported(
        "the model's prompts have no view \"\(stranger.prefix(200))\": expected "
          + known.map(\.name).joined(separator: ", "))
    }
    return known.filter { views.contains($0.name) }
  }
}
