package import Tensors

/// Entries in an order that is the same each time they are read.
package protocol Corpus {
  /// How many entries there are; nil where only reading them tells.
  var count: Int? { get }

  /// The next entry; nil at the end.
  ///
  /// Throws `CorpusError.unreadable` where nothing behind this place can be trusted, and
  /// `CancellationError` while waiting for a stream. An entry that is bad by itself is
  /// given, with its problem.
  mutating func next(cancellation: Cancellation) throws -> CorpusEntry?
}

/// Where a corpus lies.
package enum CorpusSource: Sendable, Hashable {
  /// The pictures below a folder.
  case folder(String)
  /// A text file with the path of a picture in each line, relative to the file.
  case list(String)
  /// A WebDataset tar, gzipped or not: a file or a named pipe.
  case archive(String)
  /// The same from an open descriptor, such as standard input.
  case stream(Int32)
  /// JSON lines of prompts.
  case prompts(String)

  /// Throws `CorpusError.unreadable` where there is no such thing.
  package func open() throws -> any Corpus {
    switch self {
    case .folder(let path): try FolderCorpus(path: path)
    case .list(let path): try ListCorpus(path: path)
    case .archive(let path): ArchiveCorpus(try ByteStream(path: path, unpacksGzip: true))
    case .stream(let descriptor): ArchiveCorpus(ByteStream(descriptor: descriptor))
    case .prompts(let path): try PromptCorpus(path: path)
    }
  }

  /// Whether it can be read only once.
  package var isStream: Bool {
    if case .stream = self { true } else { false }
  }
}
