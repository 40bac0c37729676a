package import FeatureIndex
package import Models

extension ItemLayout {
  /// The views of a picture that an index takes in, with their maps.
  package init(_ layout: PictureLayout, views: some Collection<IndexView>) {
    let found = layout.views.filter { views.contains(IndexView($0.name)) }.map(View.init)
    self.init(views: found, tokens: found.isEmpty ? nil : layout.tokenCount)
  }
}

extension ItemLayout.View {
  fileprivate init(_ view: PictureView) {
    self.init(
      name: view.name, rows: view.rows, columns: view.columns,
      map: ItemLayout.Map(
        firstToken: view.firstToken, separators: view.separatorsPerRow,
        rows: ItemLayout.Axis(view.rowAxis), columns: ItemLayout.Axis(view.columnAxis)))
  }
}

extension ItemLayout.Axis {
  fileprivate init(_ axis: CellAxis) {
    self.init(
      sources: axis.sources == axis.count ? nil : axis.sources, first: axis.first,
      cell: axis.cell, start: axis.start, run: axis.run, gap: axis.gap, scale: axis.scale)
  }
}

extension PictureLayout {
  /// nil where a view has no map, and without views.
  init?(_ layout: ItemLayout, width: Int, height: Int) {
    let views = layout.views.compactMap(PictureView.init)
    guard let tokens = layout.tokens, !views.isEmpty, views.count == layout.views.count else {
      return nil
    }
    self.init(pictureWidth: width, pictureHeight: height, views: views, tokenCount: tokens)
  }
}

extension PictureView {
  fileprivate init?(_ view: ItemLayout.View) {
    guard let map = view.map else { return nil }
    self.init(
      name: view.name, rowAxis: CellAxis(map.rows, count: view.rows),
      columnAxis: CellAxis(map.columns, count: view.columns), firstToken: map.firstToken,
      separatorsPerRow: map.separators)
  }
}

extension CellAxis {
  fileprivate init(_ axis: ItemLayout.Axis, count: Int) {
    self.init(
      count: count, sources: axis.sources, first: axis.first, cell: axis.cell, start: axis.start,
      run: axis.run, gap: axis.gap, scale: axis.scale)
  }
}
