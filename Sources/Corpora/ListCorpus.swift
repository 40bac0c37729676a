import FeatureIndex
import Images
package import Tensors

/// The pictures that a text file names, a path a line, relative to the file;
/// empty lines are left out.
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
    let name = FileName.text(line.bytes)
    return CorpusEntry(name: name, picture: .file(LineReader.path(name, in: folder)))
  }
}
