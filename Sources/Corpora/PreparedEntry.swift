package import FeatureIndex
package import Images

/// An entry whose content has been read.
package struct PreparedEntry: Sendable {
  package enum Content: Sendable {
    /// The picture is decoded; nil for a text alone.
    case usable(Picture?)
    case skipped(SkippedItem.Reason, String)
  }

  package let entry: CorpusEntry
  /// How many entries of the corpus there are up to this one.
  package let position: Int
  /// The content's SHA-256; that of the name where there is no content.
  package let digest: [UInt8]
  package let content: Content

  package init(entry: CorpusEntry, position: Int, digest: [UInt8], content: Content) {
    self.entry = entry
    self.position = position
    self.digest = digest
    self.content = content
  }

  /// SHA-256 that stands for the entry's picture with a text, and an answer to it: what
  /// an entry of the three has. For an entry of a picture alone.
  package func digest(asking text: String, answer: String?) -> [UInt8] {
    let words = CorpusEntry(name: entry.name, text: text, answer: answer).digest(picture: nil)
    return SHA256.digest(of: digest + words)
  }
}

extension CorpusEntry {
  /// SHA-256 that stands for the content: of the picture's bytes, or of the text (with
  /// an answer, the text, a zero byte and the answer), or where there are both, of their
  /// two digests in this order.
  func digest(picture: [UInt8]?) -> [UInt8] {
    var words = text.map { Array($0.utf8) }
    if let answer { words = (words ?? []) + [0] + Array(answer.utf8) }
    switch (picture, words) {
    case (let picture?, let words?):
      return SHA256.digest(of: SHA256.digest(of: picture) + SHA256.digest(of: words))
    case (let bytes?, nil), (nil, let bytes?): return SHA256.digest(of: bytes)
    case (nil, nil): return SHA256.digest(of: Array(name.utf8))
    }
  }
}
