import Images
import Interpretation

/// A context and what it is called.
struct OpenContext {
  let name: String
  let modelName: String
  let context: ResidentContext
  let opening: ContextOpening
  /// Whether `prompt/open` may give it for the same file again.
  let isPromptFile: Bool

  /// The pictures as given, to draw over; of a video its frames.
  var pictures: [[Picture]] { opening.pictures }

  /// Bytes that it keeps, its pictures and their tiles among them.
  var byteCount: Int { context.byteCount + opening.byteCount + context.prompt.tileBytes }
}
