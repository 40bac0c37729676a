internal import JSON
import JSONRPC
import KernelProtocol
import PromptFiles
import Synchronization

/// The documents that one language client has open, and its requests about them.
///
/// The reader keeps them true, in the order of the messages. A change of a document ends every
/// request about it that is still open: its places are those of a text that is gone.
final class DocumentStore: Sendable {
  /// Documents that a client may have open.
  private static let limit = 1024
  /// Bytes of images that a client may have sent for its documents.
  static let imageByteLimit = 128 << 20

  private struct OpenCall {
    weak var call: Call?
  }

  private struct State {
    var documents: [String: PromptDocument] = [:]
    var calls: [String: [OpenCall]] = [:]
    var revision = 0

    /// A revision that no text has had.
    mutating func nextRevision() -> Int {
      revision += 1
      return revision
    }
  }

  private let state = Mutex(State())

  subscript(uri: String) -> PromptDocument? { state.withLock { $0.documents[uri] } }

  /// - Returns: the document that was open under the same name.
  func open(_ uri: String, version: Int64?, text: String) -> PromptDocument? {
    let before = stopCalls(about: uri) { state in
      let before = state.documents[uri]
      guard before != nil || state.documents.count < Self.limit else {
        return nil as PromptDocument?
      }
      state.documents[uri] = PromptDocument(
        uri: uri, version: version, revision: state.nextRevision(), text: text)
      return before
    }
    return before
  }

  /// Takes over a client's changes: whole texts, or stretches that are
  /// replaced one after the other.
  func change(_ uri: String, version: Int64?, changes: [JSONValue]) {
    stopCalls(about: uri) { state in
      guard var document = state.documents[uri] else { return }
      for change in changes {
        guard let new = change["text"]?.stringValue else { continue }
        let range = change["range"].flatMap { try? $0.decode(TextRange.self) }
        document.text = range.map { document.text.replacing($0, with: new) } ?? new
      }
      document.version = version ?? document.version
      document.revision = state.nextRevision()
      document.edited = .now
      document.earlierContext = document.opened?.context ?? document.earlierContext
      (document.opened, document.scores) = (nil, nil)
      state.documents[uri] = document
    }
  }

  /// Takes over the images that a client on another machine sends for a document, in the place of
  /// those it sent before.
  /// - Returns: false where they are more than is kept, and the document has none.
  func setImages(_ images: [SentImage], of uri: String) -> Bool {
    stopCalls(about: uri) { state in
      guard var document = state.documents[uri] else { return true }
      let others = state.documents.values.reduce(0) { $0 + $1.imageBytes } - document.imageBytes
      document.images = images
      let fits = others + document.imageBytes <= Self.imageByteLimit
      if !fits { document.images = [] }
      document.revision = state.nextRevision()
      document.earlierContext = document.opened?.context ?? document.earlierContext
      (document.opened, document.scores) = (nil, nil)
      state.documents[uri] = document
      return fits
    }
  }

  func close(_ uri: String) -> PromptDocument? {
    stopCalls(about: uri) { state in
      state.documents.removeValue(forKey: uri)
    }
  }

  /// Changes what is known of a text, if that is still the document's.
  /// - Returns: nil where it is not.
  @discardableResult
  func update<Value: Sendable>(
    _ document: PromptDocument, _ body: (inout PromptDocument) -> Value
  ) -> Value? {
    state.withLock { state in
      guard var current = state.documents[document.uri], current.revision == document.revision
      else { return nil }
      defer { state.documents[document.uri] = current }
      return body(&current)
    }
  }

  /// Milliseconds until the document has rested; nil for one that is not open.
  func restOf(_ uri: String) -> Int? {
    guard let document = self[uri] else { return nil }
    guard let edited = document.edited else { return 0 }
    let rested = (ContinuousClock.now - edited) / .milliseconds(1)
    return max(0, LanguageServer.restMilliseconds - Int(min(max(rested, 0), 1e6)))
  }

  // MARK: Requests

  func add(_ call: Call, about uri: String) {
    state.withLock { state in
      state.calls[uri, default: []].removeAll { $0.call == nil }
      state.calls[uri, default: []].append(OpenCall(call: call))
      if state.documents[uri] == nil { state.calls[uri] = nil }
    }
  }

  /// Ends the requests about a document beside a change of it.
  private func stopCalls<Value: Sendable>(
    about uri: String, _ body: (inout State) -> Value
  ) -> Value {
    let (calls, value) = state.withLock { state in
      (state.calls.removeValue(forKey: uri)?.compactMap(\.call) ?? [], body(&state))
    }
    for call in calls { call.stop(with: .contentModified) }
    return value
  }
}

extension String {
  /// The text with a stretch of it, in an editor's places, replaced.
  fileprivate func replacing(_ range: TextRange, with new: String) -> String {
    let source = SourceText(self)
    let start = source.offset(of: range.start)
    let end = max(start, source.offset(of: range.end))
    return String(decoding: source.bytes[..<start], as: UTF8.self) + new
      + String(decoding: source.bytes[end...], as: UTF8.self)
  }
}
