import FoundationEssentials
import KernelProtocol

/// The pictures that a document of a language client names, as far as they are files here.
struct DocumentPictures {
  private let directory: String?
  private(set) var files: [PromptFront.Image] = []
  private var states: [FileState?] = []
  /// Whether they are others than those that were sent, or have changed.
  var areNew = false

  init(uri: String) {
    guard let url = URL(string: uri), url.isFileURL, url.path.hasPrefix("/") else {
      directory = nil
      return
    }
    directory = url.deletingLastPathComponent().path
  }

  /// Takes over a document's text.
  mutating func read(_ text: String?) {
    guard let text else { return }
    take(LocalFiles.pictures(of: text, in: directory))
  }

  /// Looks whether the files have changed.
  mutating func look() { take(files) }

  private mutating func take(_ found: [PromptFront.Image]) {
    let now = found.map { FileState(path: $0.path) }
    guard found != files || now != states else { return }
    (files, states, areNew) = (found, now, true)
  }
}
