/// The views of an item's picture that its index takes in, each with its grid and, where the
/// picture is known, what leads from its cells to tokens and pixels without the model.
package struct ItemLayout: Sendable, Hashable, Codable {
  /// In the order of their tokens.
  package var views: [View]
  /// All tokens of the picture, those of no view included; nil where the grids alone are known.
  package var tokens: Int?

  package init(views: [View] = [], tokens: Int? = nil) {
    self.views = views
    self.tokens = tokens
  }

  package struct View: Sendable, Hashable, Codable {
    package var name: String
    /// Rows of cells.
    package var rows: Int
    /// Columns of cells.
    package var columns: Int
    package var map: Map?

    package init(name: String, rows: Int, columns: Int, map: Map? = nil) {
      self.name = name
      self.rows = rows
      self.columns = columns
      self.map = map
    }

    package var grid: GridSize { GridSize(rows: rows, columns: columns) }
  }

  /// Where the cells of a view lie among the picture's tokens, and over its pixels.
  package struct Map: Sendable, Hashable, Codable {
    /// The token of the first cell, counted from the picture's first.
    package var firstToken: Int
    /// Tokens without pixels that close each row.
    package var separators: Int
    /// Along the picture's height.
    package var rows: Axis
    /// Along the picture's width.
    package var columns: Axis

    package init(firstToken: Int, separators: Int, rows: Axis, columns: Axis) {
      self.firstToken = firstToken
      self.separators = separators
      self.rows = rows
      self.columns = columns
    }
  }

  /// How cells lie along a side of the picture: number p = first + i of those that the tower saw
  /// begins at a · scale pixels, a = start + p · cell + ⌊p / run⌋ · gap, and is cell · scale long.
  /// With `sources` the view's cells were interpolated from that many of the tower's, i counting
  /// these.
  package struct Axis: Sendable, Hashable {
    /// nil where each cell of the view is one of the tower's.
    package var sources: Int?
    package var first: Int
    package var cell: Double
    package var start: Double
    package var run: Int
    package var gap: Double
    package var scale: Double

    package init(
      sources: Int? = nil, first: Int = 0, cell: Double = 1, start: Double = 0, run: Int = 1,
      gap: Double = 0, scale: Double
    ) {
      self.sources = sources
      self.first = first
      self.cell = cell
      self.start = start
      self.run = run
      self.gap = gap
      self.scale = scale
    }
  }

  /// The grid of a view; empty for one that the picture does not have.
  package func grid(of view: IndexView) -> GridSize {
    views.first { $0.name == view.name }?.grid ?? GridSize()
  }
}

extension ItemLayout.Axis: Codable {
  private enum CodingKeys: CodingKey { case sources, first, cell, start, run, gap, scale }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      sources: try members.decodeIfPresent(Int.self, forKey: .sources),
      first: try members.decodeIfPresent(Int.self, forKey: .first) ?? 0,
      cell: try members.decodeIfPresent(Double.self, forKey: .cell) ?? 1,
      start: try members.decodeIfPresent(Double.self, forKey: .start) ?? 0,
      run: try members.decodeIfPresent(Int.self, forKey: .run) ?? 1,
      gap: try members.decodeIfPresent(Double.self, forKey: .gap) ?? 0,
      scale: try members.decode(Double.self, forKey: .scale))
  }

  /// What most axes have is left out: an index holds the layout of every size of picture.
  package func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    try members.encodeIfPresent(sources, forKey: .sources)
    if first != 0 { try members.encode(first, forKey: .first) }
    if cell != 1 { try members.encode(cell, forKey: .cell) }
    if start != 0 { try members.encode(start, forKey: .start) }
    if run != 1 { try members.encode(run, forKey: .run) }
    if gap != 0 { try members.encode(gap, forKey: .gap) }
    try members.encode(scale, forKey: .scale)
  }
}
