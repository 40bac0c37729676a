import Corpora
import Glibc
import Images
import Interpretation
import KernelProtocol
import Models
import SystemReasons
import Tensors

/// The prompts of a corpus, rendered for a model; what cannot be used is counted and told.
final class PromptStream {
  enum Arrival {
    case prompt(Prompt)
    case skipped
    /// The corpus has nothing yet.
    case waiting
    case end
  }

  private let reader: CorpusReader
  private let model: Model
  private let usesTemplate: Bool
  private(set) var skipped = 0

  init(
    _ corpus: CorpusSource, limit: Int?, template: IndexBuild.Template?, model: Model,
    pictures: PictureLimits
  ) {
    var options = CorpusReader.Options()
    options.limit = limit
    options.limits = pictures.halved
    reader = CorpusReader.start(corpus, options: options)
    self.model = model
    usesTemplate = (template ?? .model) == .model
  }

  deinit { reader.stop() }

  /// Entries that were looked at, and how many there are where that is known.
  var visited: Int { reader.visited }
  var count: Int? { reader.count }

  /// - Throws: what ends the corpus before its end; `CancellationError`.
  func next(cancellation: Cancellation, log: (String) -> Void) throws -> Arrival {
    switch try reader.next(waiting: 0.05) {
    case .nothingYet: return .waiting
    case .end: return .end
    case .entry(let prepared):
      let entry = prepared.entry
      switch prepared.content {
      case .skipped(_, let reason):
        skip(entry.name, reason, log)
        return .skipped
      case .usable(let picture):
        do {
          return .prompt(
            try model.prompt(
              entry.parts(picture: picture),
              template: usesTemplate ? .model(addGenerationPrompt: entry.answer == nil) : .plain,
              cancellation: cancellation))
        } catch let error as ModelError {
          skip(entry.name, "\(error)", log)
        } catch let error as ImageError {
          skip(entry.name, "\(error)", log)
        }
        return .skipped
      }
    }
  }

  /// Counts and tells an entry that cannot be used.
  func skip(_ name: String, _ reason: String, _ log: (String) -> Void) {
    skipped += 1
    if skipped <= 1000 { log("skipped \(quoted(name)): \(reason.prefix(500))") }
  }
}

extension CorpusSource {
  /// Whether it can be read only once: a stream, or a pipe by its name.
  var isReadOnce: Bool {
    guard case .archive(let path) = self else { return isStream }
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }
}
