import Corpora
import KernelProtocol

extension CorpusSource {
  /// - Parameter standardInput: whether the corpus may come from it.
  /// - Throws: `KernelError.pathDenied`, `.notFound`; `.unsupported` for a standard input that is
  ///   the wire.
  init(_ corpus: CorpusPlace, standardInput: Bool) throws {
    switch corpus {
    case .folder(let path): self = .folder(try FilePath(path).path)
    case .list(let path): self = .list(try FilePath(path).path)
    case .tar(let path): self = .archive(try FilePath(path).path)
    case .prompts(let path): self = .prompts(try FilePath(path).path)
    case .stdin:
      guard standardInput else {
        throw KernelError.unsupported(
          "the kernel's standard input is the wire: give {\"tar\": path} with a named pipe")
      }
      self = .stream(0)
    }
  }
}
