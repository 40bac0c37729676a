import FeatureIndex

extension FeatureIndexStore {
  /// The view where a latent's largest activation is, of equal ones the first; the first of all
  /// where it is active nowhere.
  ///
  /// - Parameter ofPictures: leaves texts out of account.
  func strongestView(ofLatent latent: Int, ofPictures: Bool = false) throws -> IndexView {
    let found = try statistics(ofLatent: latent)
    return options.knownViews.filter { !ofPictures || $0 != .text }
      .strongest { found[$0]?.max } ?? options.firstView
  }
}

extension [IndexView] {
  /// The one with the largest value, of equal ones the first; nil where none has any.
  func strongest(_ value: (IndexView) -> Float?) -> IndexView? {
    var best: (view: IndexView, value: Float)?
    for view in self {
      if let value = value(view), value > best?.value ?? 0 { best = (view, value) }
    }
    return best?.view
  }
}
