/// The activations of one item, view by view.
package struct ItemCode: Sendable {
  /// The activations of one view.
  package struct View: Sendable {
    /// Active latents, one position after the other; those of a position rise.
    package var latents: [Int32]
    package var values: [Float]
    /// Where each position begins in `latents`; one more than there are positions.
    package var offsets: [Int]

    package init(latents: [Int32], values: [Float], offsets: [Int]) {
      precondition(
        offsets.first == 0 && offsets.last == latents.count && values.count == latents.count)
      self.latents = latents
      self.values = values
      self.offsets = offsets
    }

    package var positions: Int { offsets.count - 1 }
  }

  package var item: IndexItem
  /// Its position counts are those of `item`; a view without positions may be absent.
  package var views: [IndexView: View]

  package init(item: IndexItem, views: [IndexView: View]) {
    self.item = item
    self.views = views
  }
}
