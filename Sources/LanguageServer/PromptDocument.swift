import FoundationEssentials
import KernelProtocol

/// A prompt file as a language client has it open.
struct PromptDocument: Sendable {
  let uri: String
  /// The client's number of this text.
  var version: Int64?
  /// Ours, never the same for two texts.
  var revision: Int
  var text: String
  /// Its images, as far as a client on another machine has sent them.
  var images: [SentImage] = []
  /// When it was edited last; nil: not since it was opened.
  var edited: ContinuousClock.Instant?
  /// What `prompt/open` answers to this text, once it was asked; its
  /// context is this document's own.
  var opened: PromptOpen.Result?
  /// The context of an earlier text, to be closed once this one has its own.
  var earlierContext: String?
  /// Answer and baseline that the client asked for, in the place of the file's.
  var asked: Comparison?
  var scores: TokenScores?

  /// Two texts of a token each.
  struct Comparison: Sendable, Equatable {
    var answer: String
    var baseline: String?
  }

  /// The folder of a file; nil for a document that is none.
  var directory: String? {
    guard let url = URL(string: uri), url.isFileURL, url.path.hasPrefix("/") else { return nil }
    return url.deletingLastPathComponent().path
  }

  var params: PromptOpen.Params {
    .init(text: text, directory: directory, images: images.isEmpty ? nil : images)
  }

  /// Bytes of the images as they are kept.
  var imageBytes: Int { images.reduce(0) { $0 + ($1.base64?.utf8.count ?? 0) } }
}
