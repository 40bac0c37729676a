/// Shares with their intervals, as pages show them.
enum RateText {
  /// In per cent with a digit behind the point; a dash where there is no number.
  static func percent(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "–" }
    return NumberText.fixed(100 * value, 1) + " %"
  }

  /// The share, and below it how many of how many with the interval.
  static func cell(_ rate: AnswerReport.Rate) -> String {
    guard let value = rate.value else { return "– <br><span class=\"soft\">of none</span>" }
    return
      "<b>\(percent(value))</b><br><span class=\"soft\">\(counts(rate))\(interval(rate))</span>"
  }

  static func counts(_ rate: AnswerReport.Rate) -> String {
    "\(NumberText.grouped(rate.count)) of \(NumberText.grouped(rate.total))"
  }

  private static func interval(_ rate: AnswerReport.Rate) -> String {
    guard let interval = rate.interval else { return "" }
    let ends = [interval.lowerBound, interval.upperBound].map { NumberText.fixed(100 * $0, 1) }
    return ", " + ends.joined(separator: "–")
  }

  static func probability(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    if value >= 1 { return "1" }
    return value >= 0.001 ? NumberText.fixed(value, 3) : NumberText.significant(value)
  }

  /// A bar from 0 to 100 % with whiskers where the interval ends.
  static func bar(_ rate: AnswerReport.Rate) -> String {
    func place(_ share: Double) -> String { NumberText.fixed(1 + 118 * min(1, max(0, share)), 1) }
    guard let value = rate.value else { return "" }
    let length = NumberText.fixed(118 * min(1, max(0, value)), 1)
    let whiskers = rate.interval.map { interval in
      let (low, high) = (place(interval.lowerBound), place(interval.upperBound))
      return "<path class=\"whisker\" d=\"M\(low) 4v8M\(low) 8H\(high)M\(high) 4v8\"/>"
    }
    return """
      <svg class="rate" viewBox="0 0 120 16" width="120" height="16" aria-hidden="true">\
      <rect class="room" x="1" y="2" width="118" height="12"/>\
      <rect class="part" x="1" y="2" width="\(length)" height="12"/>\(whiskers ?? "")</svg>
      """
  }
}
