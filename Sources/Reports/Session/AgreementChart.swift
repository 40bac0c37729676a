/// Scores against exact ablations, with the line on which both are equal.
struct AgreementChart {
  let points: [SessionReport.Check.Point]

  private static let (width, height) = (420.0, 320.0)
  private static let (left, right, top, bottom) = (54.0, 14.0, 14.0, 44.0)
  private static let limit = 400
  private static let origins = [
    ("strongest", "strongest"), ("secondMethod", "strongest by a second method"),
    ("random", "drawn at random"),
  ]

  var figure: String {
    let shown = points.filter { $0.predicted.isFinite && $0.measured.isFinite }.prefix(Self.limit)
    let scale = ChartScale(values: [0] + shown.flatMap { [$0.predicted, $0.measured] })
    return """
      <figure class="agreement"><svg viewBox="0 0 \(text(Self.width)) \(text(Self.height))" \
      role="img" aria-label="Scores against exact ablations of \
      \(NumberText.counted(shown.count, "feature"))">
      \(grid(scale))
      <line class="equal" x1="\(text(Self.left))" y1="\(text(Self.height - Self.bottom))" \
      x2="\(text(Self.width - Self.right))" y2="\(text(Self.top))"/>
      <text class="middle" x="\(text((Self.left + Self.width - Self.right) / 2))" \
      y="\(text(Self.height - 6))">predicted</text>
      <text class="middle" transform="translate(13 \
      \(text((Self.top + Self.height - Self.bottom) / 2))) rotate(-90)">measured</text>
      \(shown.map { dot($0, scale) }.joined(separator: "\n"))
      </svg><figcaption>\(key(shown))</figcaption></figure>
      """
  }

  private func x(_ value: Double, _ scale: ChartScale) -> Double {
    Self.left + scale.share(value) * (Self.width - Self.left - Self.right)
  }

  private func y(_ value: Double, _ scale: ChartScale) -> Double {
    Self.height - Self.bottom - scale.share(value) * (Self.height - Self.top - Self.bottom)
  }

  private func text(_ number: Double) -> String { NumberText.fixed(number, 1) }

  private func grid(_ scale: ChartScale) -> String {
    scale.ticks.map { tick in
      let (across, up) = (text(x(tick.value, scale)), text(y(tick.value, scale)))
      let kind = abs(tick.value) < 1e-9 ? "zero" : "grid"
      return """
        <line class="\(kind)" x1="\(across)" x2="\(across)" y1="\(text(Self.top))" \
        y2="\(text(Self.height - Self.bottom))"/>\
        <line class="\(kind)" x1="\(text(Self.left))" x2="\(text(Self.width - Self.right))" \
        y1="\(up)" y2="\(up)"/>\
        <text class="middle" x="\(across)" y="\(text(Self.height - Self.bottom + 16))">\
        \(tick.text)</text>\
        <text class="end" x="\(text(Self.left - 7))" y="\(up)" dy="4">\(tick.text)</text>
        """
    }.joined(separator: "\n")
  }

  private func dot(_ point: SessionReport.Check.Point, _ scale: ChartScale) -> String {
    let told =
      "\(HTMLText.escaped(HTMLText.cut(point.name, limit: 60))): predicted "
      + "\(NumberText.signed(point.predicted, 3)), measured \(NumberText.signed(point.measured, 3))"
    return "<circle class=\"kind-\(kind(point))\" cx=\"\(text(x(point.predicted, scale)))\" "
      + "cy=\"\(text(y(point.measured, scale)))\" r=\"5\"><title>\(told)</title></circle>"
  }

  private func kind(_ point: SessionReport.Check.Point) -> Int {
    Self.origins.firstIndex { $0.0 == point.origin } ?? 0
  }

  private func key(_ shown: some Sequence<SessionReport.Check.Point>) -> String {
    let present = Set(shown.map(kind))
    return Self.origins.indices.filter(present.contains).map { place in
      "<span class=\"kind\"><i class=\"kind-\(place)\"></i>\(Self.origins[place].1)</span>"
    }.joined(separator: " ") + " <span class=\"kind\"><i class=\"line\"></i>equal</span>"
  }
}
