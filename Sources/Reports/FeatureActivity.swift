/// How a feature is active in a view: figures and a histogram.
struct FeatureActivity {
  private let view: FeatureReport.View
  private var statistics: FeatureReport.Statistics { view.statistics }

  init(_ view: FeatureReport.View) { self.view = view }

  var html: String {
    let isText = view.name == "text"
    let quantiles = statistics.quantiles.map { quantile in
      "\(NumberText.significant(quantile.value)) at \(NumberText.trimmed(100 * quantile.share)) %"
    }
    let facts = [
      (
        "Active at",
        NumberText.share(statistics.active, of: statistics.positions),
        "\(NumberText.grouped(statistics.active)) of "
          + "\(NumberText.grouped(statistics.positions)) \(isText ? "tokens" : "patches")"
      ),
      (
        isText ? "In texts" : "In pictures",
        NumberText.share(statistics.activeItems, of: statistics.items),
        "\(NumberText.grouped(statistics.activeItems)) of "
          + "\(NumberText.grouped(statistics.items)) \(isText ? "texts" : "pictures")"
      ),
      ("Largest", NumberText.significant(statistics.maximum), ""),
      ("Mean where active", NumberText.significant(statistics.mean), ""),
      ("Quantiles where active", quantiles.joined(separator: ", "), ""),
    ]
    let rows = facts.map { name, value, more in
      "<dt>\(name)</dt><dd><b>\(value)</b>\(more.isEmpty ? "" : " <span>\(more)</span>")</dd>"
    }
    return """
      <div class="activity"><dl>\(rows.joined())</dl>\
      \(HistogramChart(statistics.histogram).svg)</div>
      """
  }
}

/// A histogram over activations on a logarithmic axis.
struct HistogramChart {
  private static let (width, height, left, bottom, top) = (560.0, 190.0, 8.0, 34.0, 20.0)
  private let bins: [FeatureReport.Bin]

  /// Bins without a count at the ends are left out.
  init(_ bins: [FeatureReport.Bin]) {
    guard let first = bins.firstIndex(where: { $0.count > 0 }),
      let last = bins.lastIndex(where: { $0.count > 0 })
    else {
      self.bins = []
      return
    }
    let from = max(bins.startIndex, first - 2)
    self.bins = Array(bins[from...min(bins.endIndex - 1, max(last + 2, from + 15))])
  }

  var svg: String {
    guard let largest = bins.map(\.count).max(), largest > 0 else { return "" }
    let step = (Self.width - 2 * Self.left) / Double(bins.count)
    let room = Self.height - Self.bottom - Self.top
    let bars = bins.enumerated().filter { $0.element.count > 0 }.map { index, bin in
      let tall = max(1.5, room * Double(bin.count) / Double(largest))
      let title =
        "\(NumberText.significant(bin.lower)) to \(NumberText.significant(bin.upper)): "
        + NumberText.grouped(bin.count)
      return """
        <rect x="\(NumberText.fixed(Self.left + Double(index) * step + 0.5, 1))" \
        y="\(NumberText.fixed(Self.top + room - tall, 1))" \
        width="\(NumberText.fixed(max(1, step - 1), 1))" height="\(NumberText.fixed(tall, 1))" \
        rx="1.5">\
        <title>\(title)</title></rect>
        """
    }
    let base = NumberText.fixed(Self.height - Self.bottom, 1)
    let total = bins.reduce(0) { $0 + $1.count }
    return """
      <figure class="chart"><svg viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" role="img" \
      aria-label="Histogram of \(NumberText.grouped(total)) activations">\(bars.joined())\
      <line x1="0" x2="\(Int(Self.width))" y1="\(base)" y2="\(base)"/>\(ticks(step))\
      </svg><figcaption>How often it has which activation where it is active, in bins of equal \
      ratio; the highest bar is \(NumberText.grouped(largest)).</figcaption></figure>
      """
  }

  /// A mark at every power of two, named where there is room.
  private func ticks(_ step: Double) -> String {
    let powers = bins.enumerated().filter { Self.isPowerOfTwo($0.element.lower) }
    let apart = max(1, (powers.count + 11) / 12)
    return powers.enumerated().map { order, tick in
      let x = NumberText.fixed(Self.left + Double(tick.offset) * step, 1)
      let y = Self.height - Self.bottom
      let name =
        order % apart == 0
        ? "<text x=\"\(x)\" y=\"\(Int(y) + 20)\" text-anchor=\"middle\">"
          + "\(NumberText.power(tick.element.lower))</text>" : ""
      return "<line x1=\"\(x)\" x2=\"\(x)\" y1=\"\(Int(y))\" y2=\"\(Int(y) + 5)\"/>" + name
    }.joined()
  }

  private static func isPowerOfTwo(_ value: Double) -> Bool {
    value > 0 && value.isFinite && value.significand == 1
  }
}
