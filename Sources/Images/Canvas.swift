/// A picture under construction.
struct Canvas {
  let width: Int
  let height: Int
  private var pixels: [UInt8]

  init(width: Int, height: Int, color: ScoreColor.Components) {
    self.width = width
    self.height = height
    pixels = []
    pixels.reserveCapacity(width * height * 3)
    let bytes = [color.red, color.green, color.blue].map(Self.byte)
    for _ in 0..<(width * height) { pixels.append(contentsOf: bytes) }
  }

  var picture: Picture { Picture(uncheckedWidth: width, height: height, pixels: pixels) }

  /// The pixel at (x, y), which must lie inside.
  subscript(x: Int, y: Int) -> ScoreColor.Components {
    get {
      let start = (y * width + x) * 3
      return (Double(pixels[start]), Double(pixels[start + 1]), Double(pixels[start + 2]))
    }
    set {
      let start = (y * width + x) * 3
      pixels[start] = Self.byte(newValue.red)
      pixels[start + 1] = Self.byte(newValue.green)
      pixels[start + 2] = Self.byte(newValue.blue)
    }
  }

  /// Fills what of the rectangle lies inside.
  mutating func fill(x: Int, y: Int, width: Int, height: Int, color: ScoreColor.Components) {
    for row in max(0, y)..<max(0, y, min(self.height, y + height)) {
      for column in max(0, x)..<max(0, x, min(self.width, x + width)) { self[column, row] = color }
    }
  }

  /// Lays what of a picture lies inside with its upper left corner at (x, y).
  mutating func paste(_ picture: Picture, x: Int, y: Int) {
    let columns = max(0, -x)..<max(0, -x, min(picture.width, width - x))
    for row in max(0, -y)..<max(0, -y, min(picture.height, height - y)) {
      let from = (row * picture.width + columns.lowerBound) * 3
      let to = ((y + row) * width + x + columns.lowerBound) * 3
      for place in 0..<(columns.count * 3) { pixels[to + place] = picture.pixels[from + place] }
    }
  }

  /// Writes one line of text, its upper left corner at (x, y); every dot is `scale` pixels wide.
  mutating func write(_ text: String, x: Int, y: Int, scale: Int, color: ScoreColor.Components) {
    var left = x
    for character in text.unicodeScalars {
      for (row, bits) in BitmapFont.rows(of: character).enumerated() {
        for column in 0..<BitmapFont.width
        where bits >> UInt8(BitmapFont.width - 1 - column) & 1 == 1 {
          fill(
            x: left + column * scale, y: y + row * scale, width: scale, height: scale, color: color)
        }
      }
      left += BitmapFont.advance * scale
    }
  }

  private static func byte(_ component: Double) -> UInt8 {
    UInt8(min(max(component.isNaN ? 0 : component, 0), 255).rounded())
  }
}
