import Corpora
package import FeatureIndex
package import Images

/// The places that an explainer is shown of a latent.
package struct ExplanationEvidence: Sendable {
  package enum Example: Sendable {
    /// PNG of the picture, dimmed where the latent is not active.
    case picture([UInt8])
    /// Text with the active tokens between ⟦ and ⟧.
    case text(String)
  }

  package var examples: [Example]
  /// Digests of the items, in hexadecimal.
  package var items: [String]
  /// Exemplars whose pictures are gone or unreadable, and why.
  package var missing: [String]

  package var pictures: [[UInt8]] {
    examples.compactMap { if case .picture(let bytes) = $0 { bytes } else { nil } }
  }

  package var texts: [String] {
    examples.compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  /// The best exemplars of a latent, as many as can be shown of `count`.
  ///
  /// - Parameters:
  ///   - side: pixels of a picture's longer side at most; smaller pictures stay as they are.
  ///   - limits: what decoding a picture may cost.
  /// - Throws: `FeatureIndexError`.
  package init(
    ofLatent latent: Int, in store: FeatureIndexStore, view: IndexView, ranking: IndexRanking,
    count: Int, side: Int, limits: PictureLimits = PictureLimits()
  ) throws {
    let exemplars = try store.exemplars(
      ofLatent: latent, view: view, ranking: ranking, limit: count)
    (examples, items, missing) = ([], [], [])
    for shown in exemplars {
      do {
        examples.append(
          try Self.example(shown, view: view, side: side, store: store, limits: limits))
        items.append(shown.item.digest.hexadecimal)
      } catch let error as ImageError {
        missing.append("\(shown.item.name): \(error)")
      }
    }
  }

  private static func example(
    _ shown: ShownExemplar, view: IndexView, side: Int, store: FeatureIndexStore,
    limits: PictureLimits
  ) throws -> Example {
    guard view != .text else {
      return .text(excerpt(shown, spanTokens: store.options.spanTokens))
    }
    guard let location = shown.item.picture else {
      throw ImageError.unreadable(path: shown.item.name, reason: "the index has no picture of it")
    }
    let picture = try PictureDecoder(limits: limits).picture(from: location.bytes())
    let lit = LitCells(shown.map, on: shown.item.layout.grid(of: view))
    return .picture(try lit.png(over: picture, side: side))
  }

  /// Tokens active above this share of the span's largest activation are marked.
  private static let markedShare: Float = 0.3

  private static func excerpt(_ shown: ShownExemplar, spanTokens: Int) -> String {
    let first = shown.exemplar.span.multipliedReportingOverflow(by: spanTokens)
    guard !first.overflow, first.partialValue < shown.item.tokens.count else { return "" }
    let tokens = shown.item.tokens[first.partialValue...].prefix(spanTokens)
    let least = (shown.map.values.max() ?? 0) * markedShare
    let marked = Set(
      zip(shown.map.positions, shown.map.values).filter { $0.1 > least }.map { Int($0.0) })
    var text = ""
    for (position, token) in tokens.enumerated() {
      text += marked.contains(position) ? "⟦\(token)⟧" : token
    }
    return text
  }
}
