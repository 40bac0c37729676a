/// A bar from the strongest opposition to the strongest support, with its numbers.
struct HeatMapLegend {
  private let scale: Float
  private let width: Int
  private let textScale: Int

  init(scale: Float, width: Int) {
    self.scale = scale
    self.width = width
    textScale = width >= 440 ? 2 : 1
  }

  private var barHeight: Int { 10 * textScale }
  private var margin: Int { 6 * textScale }

  var height: Int { margin + barHeight + 4 * textScale + BitmapFont.height * textScale + margin }

  func draw(on canvas: inout Canvas, top: Int) {
    let barWidth = max(1, width - 2 * margin)
    for x in 0..<barWidth {
      let strength = barWidth == 1 ? 0 : Double(x) / Double(barWidth - 1) * 2 - 1
      let color = ScoreColor.overlaid((255, 255, 255), strength: strength, maximumOpacity: 1)
      canvas.fill(x: margin + x, y: top + margin, width: 1, height: barHeight, color: color)
    }
    let number = ScoreText.spelled(scale)
    let labels = [("-" + number, "opposes "), ("+" + number, " supports")]
    let line = top + margin + barHeight + 4 * textScale
    let advance = BitmapFont.advance * textScale
    // Words are left out of a legend too narrow for them, numbers of one too narrow for those.
    let hasWords = (labels.map { $0.0.count + $0.1.count }.reduce(0, +) + 4) * advance < barWidth
    let left = hasWords ? labels[0].0 + " " + labels[0].1 : labels[0].0
    let right = hasWords ? labels[1].1 + " " + labels[1].0 : labels[1].0
    guard (left.count + right.count + 3) * advance <= barWidth else { return }
    let ink: ScoreColor.Components = (40, 40, 40)
    canvas.write(left, x: margin, y: line, scale: textScale, color: ink)
    canvas.write(
      "0", x: (width - BitmapFont.width * textScale) / 2, y: line, scale: textScale, color: ink)
    canvas.write(
      right, x: width - margin - right.count * advance + textScale, y: line, scale: textScale,
      color: ink)
  }
}
