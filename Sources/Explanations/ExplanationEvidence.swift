package import FeatureIndex
package import Images
import Indexing

/// The places that an explainer is shown of a latent.
package struct ExplanationEvidence: Sendable {
  package enum Example: Sendable {
    /// PNG of the picture, darkened where the latent is not active, as `feature/render` draws it.
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
  ///   - style: how what the latent does not see is told from what it sees.
  ///   - side: pixels of a picture's longer side at most; smaller pictures stay as they are.
  ///   - limits: what decoding a picture may cost.
  /// - Throws: `FeatureIndexError`.
  package init(
    ofLatent latent: Int, in store: FeatureIndexStore, view: IndexView, ranking: IndexRanking,
    count: Int, style: MaskStyle = MaskStyle(.dimmed), side: Int,
    limits: PictureLimits = PictureLimits()
  ) throws {
    let painter = ExemplarPainter(store: store, limits: limits)
    let exemplars = try store.exemplars(
      ofLatent: latent, view: view, ranking: ranking, limit: count)
    (examples, items, missing) = ([], [], [])
    for shown in exemplars {
      do {
        examples.append(
          view == .text
            ? .text(Self.excerpt(shown, spanTokens: store.options.spanTokens))
            : .picture(
              try PNGEncoder.data(painter.drawn(shown, style: style, sideLimit: side))))
        items.append(shown.item.digest.hexadecimal)
      } catch let error as IndexPictureError {
        missing.append("\(error)")
      }
    }
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
