/// Pictures in a grid, each above a line of text.
package struct Montage: Sendable {
  package struct Cell: Sendable {
    package let picture: Picture
    /// Printable ASCII; what does not fit is cut.
    package let caption: String

    package init(picture: Picture, caption: String) {
      self.picture = picture
      self.caption = caption
    }
  }

  package enum Background: String, Sendable, CaseIterable {
    case light, dark

    fileprivate var page: ScoreColor.Components { self == .light ? (251, 250, 247) : (22, 24, 29) }
    fileprivate var card: ScoreColor.Components {
      self == .light ? (236, 234, 227) : (36, 39, 47)
    }
    fileprivate var ink: ScoreColor.Components { self == .light ? (60, 63, 72) : (214, 216, 222) }
  }

  private static let maximumSide = 16_384
  private static let gap = 12
  private static let dot = 2

  package let cells: [Cell]
  /// One line above them; empty for none.
  package let title: String
  package let columns: Int
  /// Pixels of the square that a picture is fitted into.
  package let side: Int
  package let background: Background

  /// - Throws: `ImageError.empty` without cells or sizes, `.tooLarge` beyond 16,384 pixels.
  package init(
    _ cells: [Cell], title: String = "", columns: Int? = nil, side: Int = 256,
    background: Background = .light
  ) throws(ImageError) {
    let columns = columns ?? min(5, max(1, cells.count))
    guard !cells.isEmpty, side > 0, columns > 0 else { throw .empty(width: columns, height: side) }
    guard side <= Self.maximumSide else {
      throw .tooLarge(quantity: "a picture's side", found: side, limit: Self.maximumSide)
    }
    let rows = (cells.count - 1) / columns + 1
    for (name, count) in [("the montage's width", columns), ("the montage's height", rows)] {
      let (length, overflow) = count.multipliedReportingOverflow(
        by: side + Self.gap * 2 + Self.captionHeight)
      guard !overflow, length + 64 <= Self.maximumSide else {
        throw .tooLarge(
          quantity: name, found: overflow ? .max : length, limit: Self.maximumSide)
      }
    }
    self.cells = cells
    self.title = title
    self.columns = columns
    self.side = side
    self.background = background
  }

  private static var captionHeight: Int { BitmapFont.height * dot + 8 }

  package func drawn() throws(ImageError) -> Picture {
    let rows = (cells.count - 1) / columns + 1
    let top = Self.gap + (title.isEmpty ? 0 : Self.captionHeight + 4)
    let pitch = (x: side + Self.gap, y: side + Self.captionHeight + Self.gap)
    var canvas = Canvas(
      width: columns * pitch.x + Self.gap, height: top + rows * pitch.y,
      color: background.page)
    if !title.isEmpty {
      write(title, x: Self.gap, y: Self.gap, width: columns * pitch.x - Self.gap, on: &canvas)
    }
    for (index, cell) in cells.enumerated() {
      let (row, column) = index.quotientAndRemainder(dividingBy: columns)
      try draw(cell, x: Self.gap + column * pitch.x, y: top + row * pitch.y, on: &canvas)
    }
    return canvas.picture
  }

  private func draw(_ cell: Cell, x: Int, y: Int, on canvas: inout Canvas) throws(ImageError) {
    let picture = try cell.picture.fitted(side: side)
    canvas.fill(x: x, y: y, width: side, height: side, color: background.card)
    let left = x + (side - picture.width) / 2
    let top = y + (side - picture.height) / 2
    canvas.paste(picture, x: left, y: top)
    write(cell.caption, x: x, y: y + side + 6, width: side, on: &canvas)
  }

  private func write(_ text: String, x: Int, y: Int, width: Int, on canvas: inout Canvas) {
    let room = max(0, width / (BitmapFont.advance * Self.dot))
    let cut = text.unicodeScalars.count > room
    let shown = cut ? String(text.unicodeScalars.prefix(max(0, room - 2))) + ".." : text
    canvas.write(shown, x: x, y: y, scale: Self.dot, color: background.ink)
  }
}
