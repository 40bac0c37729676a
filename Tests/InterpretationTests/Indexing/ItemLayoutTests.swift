import Checkpoints
import FeatureIndex
import Images
import Indexing
import Models
import Testing

/// Layouts of several families go into an index and come back without a model, to the bit.
@Suite struct ItemLayoutTests {
  /// As Qwen-VL sees a picture of 896 × 672 pixels: one view of 24 rows and 32
  /// columns of 28 pixels each.
  private static let single = PictureLayout(
    pictureWidth: 900, pictureHeight: 670,
    views: [
      PictureView(
        name: "image", rowAxis: CellAxis(count: 24, cell: 28, scale: 670.0 / 672),
        columnAxis: CellAxis(count: 32, cell: 28, scale: 900.0 / 896), firstToken: 1)
    ], tokenCount: 770)

  /// As LLaVA-OneVision does: 27 × 27 patches of the whole, and of the canvas rows
  /// of 54 with a newline each.
  private static let oneVision = PictureLayout(
    pictureWidth: 640, pictureHeight: 480,
    views: [
      PictureView(
        name: "base", rowAxis: CellAxis(count: 27, scale: 480.0 / 27),
        columnAxis: CellAxis(count: 27, scale: 640.0 / 27), firstToken: 0),
      PictureView(
        name: "tiles",
        rowAxis: CellAxis(
          count: 40, first: 7, cell: 14, start: -96, run: 27, gap: 6, scale: 480.0 / 576),
        columnAxis: CellAxis(count: 54, cell: 14, run: 27, gap: 6, scale: 640.0 / 768),
        firstToken: 729, separatorsPerRow: 1),
    ], tokenCount: 729 + 40 * 55)

  /// Through a file, as an item of it.
  private func kept(_ layout: PictureLayout) throws -> IndexItem {
    let folder = try Scratch()
    let views = layout.views.map { IndexView($0.name) }
    let (identity, options) = (
      IndexIdentity(
        model: "m", autoencoder: "a", site: "resid_post.1", latentCount: 4, activation: "topk 1"),
      IndexOptions(views: views + [.text])
    )
    let item = IndexItem(
      digest: Array(repeating: 7, count: 32), name: "picture", width: layout.pictureWidth,
      height: layout.pictureHeight, layout: ItemLayout(layout, views: views))
    let store = try FeatureIndexStore.create(
      at: folder.path + "/index", identity: identity, options: options)
    var accumulator = IndexAccumulator(identity: identity, options: options)
    accumulator.add(ItemCode(item: item, views: [:]))
    try store.commit(accumulator.takeCommit())
    return try #require(try FeatureIndexStore.open(at: folder.path + "/index").item(number: 0))
  }

  @Test func layoutsOfAnyFamilyComeBack() throws {
    let canvas = try TilingRule(
      tileSide: 42, patchSide: 14,
      pinpoints: [.init(height: 84, width: 84), .init(height: 42, width: 126)]
    ).geometry(pictureWidth: 61, pictureHeight: 45).layout
    // 6 × 9 patches of which 3 × 5 cells are made.
    let shrunk = try TilingRule(
      tileSide: 46, patchSide: 14, pinpoints: [.init(height: 92, width: 138)], mostTiles: 2
    ).geometry(pictureWidth: 61, pictureHeight: 45).layout
    #expect(shrunk.views[1].rowAxis.sources > shrunk.views[1].rows)
    for layout in [Self.single, Self.oneVision, canvas, shrunk] {
      let item = try kept(layout)
      #expect(item.pictureLayout(nil) == layout)
      for view in layout.views {
        let boxes = item.boxes(in: IndexView(view.name), nil)
        #expect(boxes.count == view.rows * view.columns)
        #expect(boxes == view.cellTokens.map { layout.box(ofToken: $0) })
      }
    }
  }

  /// Boxes by hand, and tokens in their order.
  @Test func cellsOfOneViewLieSideBySide() throws {
    let item = try kept(Self.single)
    let boxes = item.boxes(in: IndexView("image"), nil)
    for (row, column) in [(0, 0), (5, 31), (23, 17)] {
      let box = try #require(boxes[row * 32 + column])
      #expect(abs(box.left - Double(column) * 900 / 32) < 1e-9)
      #expect(abs(box.bottom - Double(row + 1) * 670 / 24) < 1e-9)
    }
    let layout = try #require(item.pictureLayout(nil))
    #expect(layout.cell(ofToken: 0) == nil && layout.cell(ofToken: 769) == nil)
    #expect(layout.cell(ofToken: 1 + 33) == .init(view: 0, row: 1, column: 1))
  }

  /// Between tiles lie six pixels that no patch sees: 384 are 27 patches of 14 and 6.
  @Test func gapsBetweenTilesAreSeenByNone() throws {
    let axis = Self.oneVision.views[1].columnAxis
    let (last, next) = (try #require(axis[26]), try #require(axis[27]))
    #expect(abs(last.upperBound - 27 * 14 * 640.0 / 768) < 1e-9)
    #expect(abs(next.lowerBound - (27 * 14 + 6) * 640.0 / 768) < 1e-9)
    #expect(axis[54] == nil && axis[-1] == nil)
  }

  /// Views that are not taken in are left out, and so is every number of a picture without any.
  @Test func onlyViewsThatAreTakenInAreKept() throws {
    let layout = ItemLayout(Self.oneVision, views: [.base, .text])
    #expect(layout.views.map(\.name) == ["base"] && layout.tokens == 729 + 40 * 55)
    #expect(ItemLayout(Self.oneVision, views: [.text]) == ItemLayout())
  }
}
