import FeatureIndex
package import Tensors

/// The pictures that a text file names, a path a line, relative to the file; empty lines are left out.
package struct ListCorpus: Corpus {
  private let folder: String
  private var lines: LineReader
  package let count: Int?

  package init(path: String) throws {
    folder = LineReader.folder(of: path)
    count = try LineReader.count(path: path)
    lines = try LineReader(path: path)
  }

  package mutating func next(cancellation: Cancellation) throws -> CorpusEntry? {
    guard let line = try lines.next(cancellation: cancellation) else { return nil }
    guard let name = String(validating: line.bytes, as: UTF8.self) else {
      return CorpusEntry(name: "line \(line.number)", problem: "the line is not UTF-8 text")
    }
    return CorpusEntry(name: name, picture: .file(LineReader.path(name, in: folder)))
  }
}
