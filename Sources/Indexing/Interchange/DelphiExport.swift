import Autoencoders
import Checkpoints
package import FeatureIndex
import JSON
package import Tokenization

/// Writes what an index keeps of one view as splits that delphi reads: a folder with, for
/// the module of the index,
///
///     layers.24/FIRST_LAST.safetensors    locations, activations and, of texts
///     with a tokenizer, tokens
///     layers.24/config.json               what delphi's reader asks for, and what is not there
///     layers.24/rows.jsonl                what each row is
///
/// An index keeps the activations of each latent's best places alone. Rows are all places of the
/// view (pictures, or spans of texts) in the items' order; where a latent is active in a row that
/// is none of its best, the splits do not say so. Frequencies, quantile samples and examples
/// without activation that delphi draws from them are those of the best places, and not of the
/// corpus: `partial` in the configuration says it. Values are rounded to float16.
package struct DelphiExport {
  package struct Options: Sendable {
    package var view = IndexView.text
    /// Files; nil: one for 1,024 latents.
    package var splits: Int?
    /// What `model_name` is to say: where delphi finds the tokenizer.
    package var modelName = ""

    package init() {}
  }

  package struct Counts: Sendable, Equatable {
    package var rows = 0
    package var activations = 0
    package var hasTokens = false
  }

  private let store: FeatureIndexStore
  private let options: Options
  private let tokenizer: Tokenizer?

  /// - Parameter tokenizer: gives the tokens of texts their ids back; without
  ///   it there is no `tokens`.
  package init(_ store: FeatureIndexStore, options: Options, tokenizer: Tokenizer? = nil) {
    self.store = store
    self.options = options
    self.tokenizer = tokenizer
  }

  /// delphi's name of the site, that of a module: `layers.24` of `resid_post.24`, `layers.24.mlp`
  /// of what an MLP adds; another site's own, as a folder's.
  private var module: String {
    let name = store.identity.site
    switch PlacePair(name).output {
    case .place(.residualPost, let block): return "layers.\(block)"
    case .place(.feedForwardOut, let block): return "layers.\(block).mlp"
    default: return name.replacing(" -> ", with: "-to-")
    }
  }

  /// Writes the folder, whole or not at all.
  ///
  /// - Parameter progress: called with the share done; false stops with
  ///   `FeatureIndexError.interrupted`.
  /// - Throws: `FeatureIndexError`, `AutoencoderError`, `CheckpointError`.
  @discardableResult
  package func write(
    to path: String, progress: (Double) -> Bool = { _ in true }
  ) throws -> Counts {
    try store.check(options.view)
    let latents = store.identity.latentCount
    let writer = try DelphiCacheWriter(
      latentCount: latents, splits: options.splits ?? max(1, latents / 1024))
    let folder = try NewFolder(path)
    try folder.makeFolder(module)
    let counts = try store.withSnapshot { snapshot in
      var rows = try Rows(snapshot, view: options.view, to: folder.place(module + "/rows.jsonl"))
      if options.view == .text, let tokenizer { try rows.identify(tokenizer) }
      var counts = Counts(
        rows: rows.count, activations: 0, hasTokens: rows.tokens != nil && rows.count > 0)
      for split in writer.splits {
        var entries: [CachedActivation] = []
        for latent in split {
          guard progress(Double(latent) / Double(latents)) else {
            throw FeatureIndexError.interrupted(path: path)
          }
          entries += try self.entries(ofLatent: latent, rows, snapshot)
        }
        entries.sort { ($0.row, $0.position, $0.latent) < ($1.row, $1.position, $1.latent) }
        counts.activations += entries.count
        try writer.write(
          entries, of: split, tokens: counts.hasTokens ? rows.tokens : nil,
          to: folder.place(module))
      }
      let file = try LinesFile(folder.place(module + "/config.json"))
      try file.write(configuration(rows, splits: writer.splits.count))
      try file.close()
      return counts
    }
    try folder.finish()
    return counts
  }

  private func entries(
    ofLatent latent: Int, _ rows: Rows, _ snapshot: IndexSnapshot
  ) throws -> [CachedActivation] {
    try snapshot.maps(ofLatent: latent, view: options.view).flatMap { place in
      guard let row = rows.row(item: place.item, span: place.span),
        Int(place.map.positions.last ?? 0) < rows.columns
      else {
        throw FeatureIndexError.invalid(
          path: store.path, reason: "a map of latent \(latent) covers no place in its view")
      }
      return zip(place.map.positions, place.map.values).map { position, value in
        CachedActivation(row: row, position: Int(position), latent: latent, value: value)
      }
    }
  }

  private func configuration(_ rows: Rows, splits: Int) -> JSONValue {
    func object(_ members: [(String, JSONValue)]) -> JSONValue {
      .object(JSONObject(members.map { .init(name: $0.0, value: $0.1) }))
    }
    let length = JSONValue.integer(Int64(rows.columns))
    return object([
      ("dataset_repo", .string("")), ("dataset_split", .string("")), ("dataset_name", .string("")),
      ("dataset_column", .string("")), ("batch_size", .integer(1)), ("cache_ctx_len", length),
      ("ctx_len", length), ("n_tokens", .integer(Int64(rows.count * rows.columns))),
      ("n_splits", .integer(Int64(splits))), ("model_name", .string(options.modelName)),
      (
        "lucarne",
        object([
          ("partial", .bool(true)), ("view", .string(options.view.name)),
          ("exemplars", .integer(Int64(store.options.exemplars))),
          ("model", .string(store.identity.model)),
          ("autoencoder", .string(store.identity.autoencoder)),
          (
            "missing",
            .string(
              "activations outside each latent's best places"
                + (rows.tokens == nil ? "; the tokens of the rows" : ""))
          ),
        ])
      ),
    ])
  }
}

extension DelphiExport {
  /// The places of a view, numbered.
  private struct Rows {
    /// Positions of the longest.
    private(set) var columns = 1
    private(set) var count = 0
    private(set) var tokens: (ids: [Int32], columns: Int)?
    /// The first row of each item; one more than there are items.
    private var firsts: [Int] = []
    private let snapshot: IndexSnapshot

    /// Numbers them and writes what each is, a line each.
    init(_ snapshot: IndexSnapshot, view: IndexView, to path: String) throws {
      self.snapshot = snapshot
      let options = snapshot.store.options
      let file = try LinesFile(path)
      for number in 0..<(try snapshot.facts().items) {
        let item = try snapshot.item(number: number)
        firsts.append(count)
        let positions = item.positionCount(in: view)
        guard positions > 0 else { continue }
        let spans = view == .text ? options.spans(tokens: positions) : 1
        columns = max(
          columns, view == .text ? min(positions, options.spanTokens) : positions)
        for span in 0..<spans {
          try file.write(
            .object(
              JSONObject([
                .init(name: "row", value: .integer(Int64(count))),
                .init(name: "item", value: .integer(Int64(number))),
                .init(name: "name", value: .string(item.name)),
                .init(name: "digest", value: .string(item.digest.hexadecimal)),
                .init(name: "span", value: .integer(Int64(span))),
                .init(
                  name: "positions",
                  value: .integer(Int64(options.positions(of: item, view: view, span: span)))),
              ])))
          count += 1
        }
      }
      firsts.append(count)
      try file.close()
    }

    func row(item: Int, span: Int) -> Int? {
      guard item >= 0, item < firsts.count - 1 else { return nil }
      let row = firsts[item].addingReportingOverflow(span)
      return !row.overflow && (firsts[item]..<firsts[item + 1]).contains(row.partialValue)
        ? row.partialValue : nil
    }

    /// Finds the ids of all rows' tokens by cutting their texts again; rows are filled up with 0.
    /// - Throws: `FeatureIndexError.stale` for a tokenizer that cuts a text otherwise.
    mutating func identify(_ tokenizer: Tokenizer) throws {
      let length = snapshot.store.options.spanTokens
      var ids = [Int32](repeating: 0, count: count * columns)
      for number in firsts.indices.dropLast() where firsts[number] < firsts[number + 1] {
        let item = try snapshot.item(number: number)
        guard let found = try Self.ids(of: item, tokenizer) else {
          throw FeatureIndexError.stale(
            path: snapshot.store.path,
            reason: "the tokenizer cuts the text of \(JSONWriter.quoted(item.name)) otherwise; "
              + "without it the splits are written without tokens")
        }
        for (place, id) in found.enumerated() {
          let row = firsts[number] + place / length
          ids[row * columns + place % length] = Int32(truncatingIfNeeded: id)
        }
      }
      tokens = (ids, columns)
    }

    /// The ids of an item's tokens; nil where the tokenizer has made them of no
    /// reading of its text. An answer may stand behind a line break, where it was cut
    /// apart from what comes before.
    private static func ids(of item: IndexItem, _ tokenizer: Tokenizer) throws -> [Int]? {
      let text = Array((item.text ?? "").utf8)
      let breaks = text.indices.filter { text[$0] == 0x0A }.prefix(256)
      for parts in [[text[...]]] + breaks.map({ [text[..<$0], text[($0 + 1)...]] }) {
        let ids = try parts.flatMap { part in
          try tokenizer.encode(String(decoding: part, as: UTF8.self), addSpecialTokens: false)
        }
        if tokenizer.texts(of: ids) == item.tokens { return ids }
      }
      return nil
    }
  }
}
