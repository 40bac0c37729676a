import FeatureIndex
import Images
import KernelProtocol

extension MaskStyle {
  /// The options by which `feature/render` draws exemplars and `explanation/generate` shows them.
  init(
    _ style: FeatureRender.Style?, interpolation: FeatureRender.Interpolation?, level: Double?,
    side: Int? = nil
  ) {
    let kind: Kind =
      switch style ?? .dimmed {
      case .paper: .paper
      case .dimmed: .dimmed
      case .black: .black
      case .weighted: .weighted
      }
    self.init(
      kind, interpolation: interpolation == .smooth ? .smooth : .patches, level: level ?? 0.2,
      side: side)
  }

  /// - Throws: `DomainError` for a view that the style cannot draw.
  func check(drawing view: IndexView) throws(DomainError) {
    guard kind == .paper, view != .base, view != .text else { return }
    throw DomainError(
      .unsupportedTarget, "the style paper draws the base view, not \(view.name.prefix(200))",
      hint: "ask for view base, or for another style")
  }
}
