/// A place in a decoder where the residual stream `[T, D]` can be read, changed or replaced.
///
/// A closed set: a range of blocks is split at a site, so the forward pass needs no hooks.
package enum Site: Hashable, Sendable, CustomStringConvertible {
  /// The output of the block with this index, from 0 (Hugging Face's `hidden_states[index + 1]`).
  case residualPost(Int)

  /// Reads `resid_post.24`, `model.layers.24`, `layers.24`, `language_model.model.layers.24` and
  /// the like, and TransformerLens's `blocks.24.hook_resid_post`. Anything else is nil, never guessed.
  package init?(name: String) {
    var parts = name.split(separator: ".", omittingEmptySubsequences: false)
    if parts.last == "hook_resid_post", parts.count == 3, parts[0] == "blocks" {
      parts = ["resid_post", parts[1]]
    }
    guard let last = parts.last, let block = Self.blockIndex(last) else { return nil }
    switch parts.dropLast().joined(separator: ".") {
    case "resid_post", "layers", "model.layers", "language_model.layers",
      "language_model.model.layers", "model.language_model.layers":
      self = .residualPost(block)
    default: return nil
    }
  }

  /// The canonical name, `resid_post.24`.
  package var name: String { "resid_post.\(block)" }

  /// The index of the block whose output this is.
  package var block: Int {
    switch self {
    case .residualPost(let block): block
    }
  }

  package var description: String { name }

  private static func blockIndex(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(text)
  }
}
