/// A text put together from stretches of a file, with the way back to them.
package struct MappedText: Sendable, Equatable {
  private struct Segment: Sendable, Equatable {
    /// Where it begins in the text.
    let start: Int
    /// As long as the segment where it is copied, of another length where it
    /// stands for something else.
    var source: Range<Int>
  }

  /// UTF-8.
  package private(set) var bytes: [UInt8] = []
  private var segments: [Segment] = []

  package var string: String { String(decoding: bytes, as: UTF8.self) }

  /// Everything from the first stretch to the last.
  package var source: Range<Int>? {
    guard let first = segments.first, let last = segments.last else { return nil }
    return first.source.lowerBound..<last.source.upperBound
  }

  /// Copies a stretch of the file.
  mutating func append(_ range: Range<Int>, of file: SourceText) {
    append(file.bytes[range], for: range)
  }

  /// Adds text that stands for a stretch of the file.
  mutating func append(_ text: some Collection<UInt8>, for range: Range<Int>) {
    guard !text.isEmpty else { return }
    let start = bytes.count
    bytes += text
    if let last = segments.last, text.count == range.count,
      last.source.upperBound == range.lowerBound, last.source.count == start - last.start
    {
      segments[segments.count - 1].source = last.source.lowerBound..<range.upperBound
    } else {
      segments.append(Segment(start: start, source: range))
    }
  }

  /// The stretch of the file that a stretch of the text, which is not empty, came from.
  package func source(of range: Range<Int>) -> Range<Int> {
    guard let first = segment(at: range.lowerBound), let last = segment(at: range.upperBound - 1)
    else { return 0..<0 }
    let isCopied = segmentLength(first) == segments[first].source.count
    let start =
      segments[first].source.lowerBound + (isCopied ? range.lowerBound - segments[first].start : 0)
    let end =
      segmentLength(last) == segments[last].source.count
      ? segments[last].source.lowerBound + range.upperBound - segments[last].start
      : segments[last].source.upperBound
    return start..<max(start, end)
  }

  private func segmentLength(_ index: Int) -> Int {
    (index + 1 < segments.count ? segments[index + 1].start : bytes.count) - segments[index].start
  }

  private func segment(at offset: Int) -> Int? {
    guard !segments.isEmpty, offset >= 0 else { return nil }
    var (low, high) = (0, segments.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if segments[middle].start <= offset { low = middle } else { high = middle - 1 }
    }
    return low
  }
}
