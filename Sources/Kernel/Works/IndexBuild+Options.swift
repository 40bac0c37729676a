import FeatureIndex
import Indexing
import Interpretation
import KernelProtocol
import Models

extension IndexBuild.Params {
  /// - Throws: `KernelError.unsupported` for a view that the model's prompts do not have, and
  ///   where a model that sees no pictures is to be asked about some, or an autoencoder that has
  ///   nothing of texts is to be asked.
  func indexOptions(
    for model: Model, of site: AutoencoderSite, asking questions: ItemCoder.Questions?
  ) throws(KernelError) -> IndexOptions {
    let defaults = IndexOptions()
    if questions != nil, site.towerLayer != nil {
      throw .unsupported(
        "questions are texts, of which \(site.name) has nothing: an autoencoder of a vision tower "
          + "is indexed over pictures alone")
    }
    if questions != nil, model.pictures == nil {
      throw .unsupported("the model sees no pictures: nothing can be asked about them")
    }
    return IndexOptions(
      exemplars: exemplars ?? defaults.exemplars,
      sampledTokens: sampledTokens ?? defaults.sampledTokens,
      spanTokens: spanTokens ?? defaults.spanTokens,
      template: renderedTemplate.rawValue, views: try indexViews(of: model, site),
      questions: questions.map {
        .init(texts: $0.questions.map(\.text), answerTokens: $0.answerTokens)
      })
  }

  /// The views of the model's pictures, and text, as far as they are asked for.
  private func indexViews(
    of model: Model, _ site: AutoencoderSite
  ) throws(KernelError) -> [IndexView] {
    let all =
      model.pictures.map { $0.viewNames.map { IndexView($0) } + [.text] } ?? IndexView.numbered
    let known = site.towerLayer == nil ? all : all.filter { $0 != .text }
    guard let views else { return known }
    if site.towerLayer != nil, views.contains(IndexView.text.name) {
      throw .unsupported(
        "the view text is of texts, of which \(site.name), in the vision tower, has nothing: "
          + "expected \(known.map(\.name).joined(separator: ", "))")
    }
    if let stranger = views.first(where: { !known.contains(IndexView($0)) }) {
      throw .unsupported(
        "the model's prompts have no view \"\(stranger.prefix(200))\": expected "
          + known.map(\.name).joined(separator: ", "))
    }
    return known.filter { views.contains($0.name) }
  }
}
