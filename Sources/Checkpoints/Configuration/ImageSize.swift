/// Height and width in pixels, in the order of every Hugging Face file.
package struct ImageSize: Sendable, Equatable, Hashable {
  package var height: Int
  package var width: Int

  package init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }
}
