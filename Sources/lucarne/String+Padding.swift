extension String {
  /// Filled up with spaces at the end.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }

  /// Filled up with spaces at the start.
  func alignedRight(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
