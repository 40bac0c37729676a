/// A part of a prompt whose activations are ranked and counted apart: one of a picture's named
/// views, a grid of cells, row-major and without the tokens that close rows, or its text.
package struct IndexView: Sendable, Hashable {
  /// As a picture's layout calls the view; `text` is no picture's.
  package let name: String

  package init(_ name: String) { self.name = name }

  /// LLaVA-NeXT's whole picture at low resolution.
  package static let base = IndexView("base")
  /// LLaVA-NeXT's tiles at high resolution.
  package static let tiles = IndexView("tiles")
  /// Tokens that are no picture's, by spans of at most `IndexOptions.spanTokens`.
  package static let text = IndexView("text")

  /// The views that files write as their places in this list, whatever else an index takes in.
  package static let numbered = [base, tiles, text]
}

extension IndexView: Codable {
  /// Reads a number, or the name of a view that has none.
  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let number = try? value.decode(Int.self) {
      guard Self.numbered.indices.contains(number) else {
        throw DecodingError.dataCorruptedError(
          in: value, debugDescription: "no view has the number \(number)")
      }
      self = Self.numbered[number]
    } else {
      self.init(try value.decode(String.self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    if let number = Self.numbered.firstIndex(of: self) {
      try value.encode(number)
    } else {
      try value.encode(name)
    }
  }
}

/// The numbers of an index's views in its file: those of `IndexView.numbered`, then the others in
/// the order of `IndexOptions.views`.
struct ViewNumbers: Sendable {
  private let views: [IndexView]

  init(_ options: IndexOptions) {
    views = IndexView.numbered + options.views.filter { !IndexView.numbered.contains($0) }
  }

  var count: Int { views.count }

  /// nil for a number that no view has.
  subscript(number: Int) -> IndexView? { views.indices.contains(number) ? views[number] : nil }

  /// nil for a view that the index does not know.
  func number(of view: IndexView) -> Int? { views.firstIndex(of: view) }
}
