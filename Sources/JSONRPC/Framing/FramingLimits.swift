/// How large frames may be.
package struct FramingLimits: Sendable, Equatable {
  /// Bytes of a header with its closing blank line; a longer one cannot be recovered from.
  package var header: Int
  /// Bytes of a body or of a line. Larger ones are skipped without being kept.
  package var body: Int
  /// A larger announced length is taken for a mistake: the stream is searched for the next header
  /// instead of being skipped that far.
  package var skip: Int

  package init(header: Int = 4096, body: Int = 64 << 20, skip: Int = 4 << 30) {
    self.header = header
    self.body = body
    self.skip = skip
  }
}
