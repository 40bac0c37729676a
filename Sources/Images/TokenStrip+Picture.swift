extension TokenStrip {
  /// The strip as a picture, in a built-in font of printable ASCII; other
  /// characters are drawn as boxes.
  ///
  /// - Parameters:
  ///   - width: of the picture in pixels; lines are broken between tokens.
  ///   - dot: pixels of one dot of the 5 by 7 font.
  /// - Throws: `ImageError.tooLarge` beyond 16,384 rows.
  package func picture(width: Int = 896, dot: Int = 2) throws(ImageError) -> Picture {
    let dot = min(max(1, dot), 8)
    let width = min(max(width, 64 * dot), 8192)
    let layout = lines(width: width, dot: dot)
    let lineHeight = (BitmapFont.height + 6) * dot
    let legend = HeatMapLegend(scale: scale, width: width)
    let height = layout.count * lineHeight + 8 * dot + legend.height
    guard height <= 16_384 else {
      throw .tooLarge(quantity: "the token strip's height", found: height, limit: 16_384)
    }
    var canvas = Canvas(width: width, height: height, color: (255, 255, 255))
    for (row, line) in layout.enumerated() {
      draw(line, y: 4 * dot + row * lineHeight, dot: dot, on: &canvas)
    }
    legend.draw(on: &canvas, top: height - legend.height)
    return canvas.picture
  }

  private typealias Piece = (token: Token, text: String, x: Int)

  private func draw(_ line: [Piece], y: Int, dot: Int, on canvas: inout Canvas) {
    for piece in line {
      let length = piece.text.unicodeScalars.count * BitmapFont.advance * dot
      canvas.fill(
        x: piece.x, y: y, width: length, height: (BitmapFont.height + 4) * dot,
        color: background(of: piece.token))
      canvas.write(
        piece.text, x: piece.x + dot / 2, y: y + 2 * dot, scale: dot, color: ink(of: piece.token))
    }
  }

  /// Breaks before a token that does not fit, and after a line break; a token
  /// longer than a line is cut.
  private func lines(width: Int, dot: Int) -> [[Piece]] {
    let margin = 4 * dot
    let room = max(1, (width - 2 * margin) / (BitmapFont.advance * dot))
    var lines: [[Piece]] = [[]]
    var used = 0
    for token in tokens {
      let text = String(Self.shown(token.text).unicodeScalars.prefix(room))
      let count = text.unicodeScalars.count
      if used + count > room {
        lines.append([])
        used = 0
      }
      lines[lines.count - 1].append((token, text, margin + used * BitmapFont.advance * dot))
      used += count
      if token.text.unicodeScalars.contains("\n") {
        lines.append([])
        used = 0
      }
    }
    return lines
  }

  /// Control characters as the escapes that programmers know.
  private static func shown(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
