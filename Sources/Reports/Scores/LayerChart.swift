/// A measure over the layers of a model, as a drawing: means with their spread over latents, and
/// beside them what chance gives.
struct LayerChart {
  struct Point {
    let name: String
    let mean: ScoreReport.Mean
  }

  let points: [Point]
  /// Digits behind the point.
  let digits: Int

  private static let width = 640.0
  private static let height = 240.0
  private static let left = 52.0
  private static let right = 24.0
  private static let top = 22.0
  private static let bottom = 34.0

  var svg: String {
    let scale = ChartScale(means: points.map(\.mean))
    let names = points.map(\.name).joined(separator: ", ")
    return """
      <figure class="wide layers"><svg viewBox="0 0 \(NumberText.fixed(Self.width, 0)) \
      \(NumberText.fixed(Self.height, 0))" role="img" \
      aria-label="Means by layer: \(HTMLText.escaped(names))">
      \(grid(scale))
      \(line(scale, "chance") { $0.chance })
      \(line(scale, "value") { $0.value })
      \(points.enumerated().map { marks($0.offset, $0.element, scale) }.joined(separator: "\n"))
      </svg><figcaption><span class="key value"></span>mean of those scored, ± standard deviation \
      over features <span class="key chance"></span>by chance</figcaption></figure>
      """
  }

  private func x(_ place: Int) -> Double {
    let room = Self.width - Self.left - Self.right
    return Self.left + room * (Double(place) + 0.5) / Double(max(1, points.count))
  }

  private func y(_ value: Double, _ scale: ChartScale) -> Double {
    Self.height - Self.bottom - scale.share(value) * (Self.height - Self.top - Self.bottom)
  }

  private func text(_ number: Double) -> String { NumberText.fixed(number, 1) }

  private func grid(_ scale: ChartScale) -> String {
    scale.ticks.map { tick in
      let height = text(y(tick.value, scale))
      return """
        <line class="grid" x1="\(text(Self.left))" x2="\(text(Self.width - Self.right))" \
        y1="\(height)" y2="\(height)"/>\
        <text class="tick" x="\(text(Self.left - 8))" y="\(height)" dy="4">\(tick.text)</text>
        """
    }.joined(separator: "\n")
  }

  private func line(
    _ scale: ChartScale, _ name: String, _ value: (ScoreReport.Mean) -> Double?
  ) -> String {
    let places = points.enumerated().compactMap { place, point in
      value(point.mean).map { "\(text(x(place))),\(text(y($0, scale)))" }
    }
    return "<polyline class=\"\(name)\" points=\"\(places.joined(separator: " "))\"/>"
  }

  private func marks(_ place: Int, _ point: Point, _ scale: ChartScale) -> String {
    let (mean, across) = (point.mean, text(x(place)))
    let ends = [mean.value - mean.deviation, mean.value + mean.deviation].map {
      text(y($0, scale))
    }
    let chance = mean.chance.map {
      "<circle class=\"chance\" cx=\"\(across)\" cy=\"\(text(y($0, scale)))\" r=\"4\"/>"
    }
    return """
      <line class="spread" x1="\(across)" x2="\(across)" y1="\(ends[0])" y2="\(ends[1])"/>
      \(chance ?? "")<circle class="value" cx="\(across)" cy="\(text(y(mean.value, scale)))" r="5"/>
      <text class="number" x="\(text(x(place) + 8))" y="\(text(y(mean.value, scale) - 9))">\
      \(NumberText.fixed(mean.value, digits))</text>
      <text class="name" x="\(across)" y="\(text(Self.height - 10))">\
      \(HTMLText.escaped(point.name))</text>
      """
  }
}
