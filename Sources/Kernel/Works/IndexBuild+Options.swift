import FeatureIndex
import KernelProtocol

extension IndexBuild.Params {
  var indexViews: [IndexView] {
    guard let views else { return IndexView.allCases }
    return IndexView.allCases.filter { known in views.contains { $0.value == known } }
  }

  var indexOptions: IndexOptions {
    let defaults = IndexOptions()
    return IndexOptions(
      exemplars: exemplars ?? defaults.exemplars,
      sampledTokens: sampledTokens ?? defaults.sampledTokens,
      spanTokens: spanTokens ?? defaults.spanTokens,
      template: (template ?? .none).rawValue, views: indexViews)
  }
}

extension IndexBuild.View {
  var value: IndexView {
    switch self {
    case .base: .base
    case .tiles: .tiles
    case .text: .text
    }
  }
}
