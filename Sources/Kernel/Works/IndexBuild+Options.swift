import FeatureIndex
import KernelProtocol
import Models

extension IndexBuild.Params {
  /// - Throws: `KernelError.unsupported` for a view that the model's prompts do not have.
  func indexOptions(for model: Model) throws(KernelError) -> IndexOptions {
    let defaults = IndexOptions()
    return IndexOptions(
      exemplars: exemplars ?? defaults.exemplars,
      sampledTokens: sampledTokens ?? defaults.sampledTokens,
      spanTokens: spanTokens ?? defaults.spanTokens,
      template: (template ?? .none).rawValue, views: try indexViews(of: model))
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
