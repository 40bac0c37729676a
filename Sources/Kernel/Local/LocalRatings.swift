package import Explanations
import FeatureIndex
import FoundationEssentials
import JSON
package import KernelProtocol
import Reports

/// Makes rating sheets of an index's explanations and reads answers back into it; no model is
/// needed.
package struct LocalRatings {
  /// A sheet, to be written.
  package struct Sheet {
    /// A digest of its questions, by which its key and answers to it are known.
    package let id: String
    package let page: String
    package let key: [UInt8]
    package let itemCount: Int
    package let decoyCount: Int
  }

  private let path: String
  private let store: FeatureIndexStore

  /// - Throws: `FeatureIndexError`.
  package init(indexPath: String) throws {
    path = indexPath
    store = try FeatureIndexStore.open(at: indexPath)
  }

  /// What is asked and shown where nothing else is said: what an explainer sees.
  package var options: RatingSheet.Options { .init(view: store.options.firstView) }

  /// A sheet's page, and the file that says what the page does not.
  ///
  /// - Parameter latents: those that may be asked about; nil: all that are explained.
  /// - Throws: `RatingError`, `FeatureIndexError`, `DomainError` for latents that there are not.
  package func sheet(
    of latents: LatentSelection?, options: RatingSheet.Options,
    progress: (_ done: Int, _ total: Int) throws -> Void
  ) throws -> Sheet {
    let wanted = try latents?.latents(in: store, view: options.view)
    let sheet = try RatingSheet(store, latents: wanted, options: options, progress: progress)
    let page = RatingPage(sheet: sheet.id, items: sheet.items.map { .init($0) })
    return Sheet(
      id: sheet.id, page: page.html { SHA256.digest(of: $0) }, key: try sheet.key.json.bytes(),
      itemCount: sheet.items.count, decoyCount: sheet.key.items.count(where: \.isDecoy))
  }

  /// Reads raters' answers and keeps what they say with the explanations.
  ///
  /// - Throws: `RatingError`, `FeatureIndexError`; nothing is kept then.
  package func read(answers paths: [String], key keyPath: String) throws -> RatingResult {
    let key = try RatingKey(path: keyPath)
    let result = try RatingResult(
      try RatingAnswers.all(paths, to: key), key: key, path: keyPath, store: store,
      created: Date.now.timeIntervalSince1970)
    if !result.scores.isEmpty {
      try IndexAccess.write(to: path, waiting: 5) { try $0.put(scores: result.scores) }
    }
    return result
  }
}

extension RatingPage.Item {
  init(_ item: RatingSheet.Item) {
    self.init(
      id: item.id, text: item.text,
      pictures: item.examples.compactMap {
        if case .picture(let bytes) = $0 { bytes } else { nil }
      },
      excerpts: item.examples.compactMap { if case .text(let text) = $0 { text } else { nil } })
  }
}
