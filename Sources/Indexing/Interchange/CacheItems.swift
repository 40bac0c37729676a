import Autoencoders
import Corpora
import FeatureIndex
import FoundationEssentials
import Images
import Models
import SystemReasons
import Tensors
import Tokenization

/// What the rows of a cache are: texts by their tokens, pictures by a list, or numbers.
struct CacheItems {
  enum Found {
    case item(IndexItem)
    case skipped(SkippedItem)
  }

  /// All rows, where that is known before they are read.
  let count: Int?
  private let tokens: (ids: [Int32], columns: Int)?
  private let tokenizer: Tokenizer?
  private let identity: IndexIdentity
  private let views: [IndexView]
  private let grid: GridSize
  /// Stands for the cache: rows without content of their own are told apart from
  /// those of another cache by it.
  private let fingerprint: [UInt8]
  private let folder: String
  private var lines: LineReader?
  private var picture: (row: Int, name: String)?
  private var picturesRead = 0

  init(
    _ cache: FeatureCache, tokens: (ids: [Int32], columns: Int)?, tokenizer: Tokenizer?,
    pictures: String?, identity: IndexIdentity, views: [IndexView], grid: GridSize
  ) throws {
    self.tokens = tokens
    self.tokenizer = tokenizer
    self.identity = identity
    self.views = views
    self.grid = grid
    count = tokens.map { $0.ids.count / $0.columns }
    lines = try pictures.map { try LineReader(path: $0) }
    folder = pictures.map { LineReader.folder(of: $0) } ?? ""
    var hash = SHA256()
    for split in cache.splits {
      hash.add(Array("\(split.latents) \(split.count)\n".utf8))
      for entry in try split.entries(0..<min(split.count, 4096)) {
        hash.add(
          Array("\(entry.row) \(entry.position) \(entry.latent) \(entry.value.bitPattern)\n".utf8))
      }
    }
    fingerprint = hash.digest()
  }

  var hasPictures: Bool { lines != nil }

  /// Whether the list reaches a row; rows are asked for in their order.
  mutating func hasPicture(ofRow row: Int) throws -> Bool {
    while picturesRead <= row {
      guard let line = try lines?.next(cancellation: .never) else { return false }
      // A name that is no text names no file, and its row is skipped as unreadable.
      picture = (picturesRead, String(decoding: line.bytes, as: UTF8.self))
      picturesRead += 1
    }
    return picture?.row == row
  }

  mutating func item(ofRow row: Int) throws -> Found {
    if hasPictures {
      guard try hasPicture(ofRow: row), let picture else {
        throw CorpusError.unreadable(
          path: folder, reason: "the list names no picture for row \(row)")
      }
      return pictured(row, name: picture.name)
    }
    var item = IndexItem(
      digest: SHA256.digest(of: fingerprint + Array("row \(row)".utf8)), name: "row \(row)")
    guard let tokens, row < tokens.ids.count / tokens.columns else {
      item.layout = baseAlone
      return .item(item)
    }
    let ids = tokens.ids[row * tokens.columns..<(row + 1) * tokens.columns].map(Int.init)
    item.tokens = tokenizer?.texts(of: ids) ?? ids.map { "#\($0)" }
    item.text = tokenizer?.decode(ids, skipSpecialTokens: false)
    return .item(item)
  }

  private func pictured(_ row: Int, name: String) -> Found {
    let path = LineReader.path(name, in: folder)
    do {
      let bytes = try PictureLocation.file(path).bytes()
      let shown = try PictureDecoder().picture(from: bytes)
      let layout = identity.geometry?.layout(width: shown.width, height: shown.height)
      return .item(
        IndexItem(
          digest: SHA256.digest(of: bytes), name: name, picture: .file(path), width: shown.width,
          height: shown.height,
          layout: layout.map { ItemLayout($0, views: views) } ?? baseAlone))
    } catch {
      return .skipped(
        SkippedItem(
          name: "row \(row): \(name)", reason: .unreadable,
          message: String(systemReason(of: error).prefix(500))))
    }
  }

  /// What is known of a picture that is not there: the grid of its base view.
  private var baseAlone: ItemLayout {
    let grid = identity.geometry?.baseGrid ?? grid
    return ItemLayout(
      views: [.init(name: IndexView.base.name, rows: grid.rows, columns: grid.columns)])
  }

  /// Where the positions of a row lie in the views of its item.
  struct Layout {
    private let item: IndexItem
    private let picture: PictureLayout?

    init(_ item: IndexItem, identity: IndexIdentity) {
      self.item = item
      picture = item.pictureLayout(identity.geometry)
    }

    /// nil for positions that belong to no view: the ends of rows of tiles, and what lies behind.
    func place(of position: Int) -> (view: IndexView, position: Int)? {
      guard position >= 0 else { return nil }
      if !item.tokens.isEmpty { return position < item.tokens.count ? (.text, position) : nil }
      guard let picture else {
        return position < item.positionCount(in: .base) ? (.base, position) : nil
      }
      guard let cell = picture.cell(ofToken: position) else { return nil }
      let view = picture.views[cell.view]
      return (IndexView(view.name), cell.row * view.columns + cell.column)
    }
  }
}

extension ViewGeometry {
  /// The patches of the base view.
  fileprivate var baseGrid: GridSize {
    GridSize(
      rows: tileSide / max(1, patchSide), columns: tileSide / max(1, patchSide))
  }
}
