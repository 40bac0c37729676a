import Images
import Interpretation

/// A context and what it is called.
struct OpenContext {
  let name: String
  let modelName: String
  let context: ResidentContext
  /// The pictures as given, to draw over.
  let pictures: [Picture]
  /// Whether `prompt/open` may give it for the same file again.
  let isPromptFile: Bool

  /// Bytes that it keeps, its pictures and their tiles among them.
  var byteCount: Int {
    context.byteCount + pictures.reduce(0) { $0 + $1.byteCount } + context.prompt.tileBytes
  }
}
