/// Arms and single draws of controls by what they put right and what they lose.
struct HelpHarmChart {
  private struct Box {
    var (left, right, top, bottom) = (0.0, 0.0, 0.0, 0.0)

    func meets(_ other: Box) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }
  }

  private struct Point {
    let arm: AnswerReport.Arm
    let harm: AnswerReport.Rate
    let help: AnswerReport.Rate
    let x: Double
    let y: Double
  }

  private static let width = 680.0
  private static let height = 520.0
  private static let left = 78.0
  private static let right = 34.0
  private static let top = 16.0
  private static let bottom = 60.0

  private let points: [Point]
  /// Arms that have no place: nothing was wrong, or nothing right, before.
  private let placeless: [String]

  init(_ report: AnswerReport) {
    let changed = report.arms.filter { $0.role != .plain }
    points = changed.compactMap { arm in
      guard let outcome = arm.outcome, let harm = outcome.harm.value,
        let help = outcome.help.value
      else { return nil }
      return Point(
        arm: arm, harm: outcome.harm, help: outcome.help, x: Self.x(harm), y: Self.y(help))
    }
    let placed = Set(points.map(\.arm.name))
    placeless = changed.map(\.name).filter { !placed.contains($0) }
  }

  /// Nothing where no arm changes anything.
  var html: String {
    guard !points.isEmpty || !placeless.isEmpty else { return "" }
    let controls = points.filter(\.arm.role.isControl)
    let arms = points.filter { !$0.arm.role.isControl }
    let left =
      placeless.isEmpty
      ? ""
      : "<p class=\"soft\">Without a place, because the model as it is had nothing wrong or "
        + "nothing right: "
        + placeless.map { HTMLText.isolated($0, limit: 200) }.joined(separator: ", ") + ".</p>"
    return """
      <h2>Help against harm</h2>
      <p>Help is the share of wrong answers that an arm puts right, harm the share of right \
      answers that it loses. The ideal is the top left corner.</p>
      \(points.isEmpty ? "" : figure(arms, controls))
      \(left)
      """
  }

  private func figure(_ arms: [Point], _ controls: [Point]) -> String {
    """
    <figure class="wide helpharm"><svg viewBox="0 0 \(Self.text(Self.width)) \
    \(Self.text(Self.height))" role="img" aria-label="Help against harm of \
    \(NumberText.counted(arms.count, "arm")) and \
    \(NumberText.counted(controls.count, "draw")) of controls; the table above has the numbers">
    \(grid)
    \(arms.map(whiskers).joined(separator: "\n"))
    \(arms.map(mark).joined(separator: "\n"))
    \(controls.map(control).joined(separator: "\n"))
    \(labels(arms))
    </svg><figcaption><span class="key arm"></span>arm, with its intervals\
    \(key(controls, .randomFeatures, "random features"))\
    \(key(controls, .randomDirection, "random directions"))</figcaption></figure>
    """
  }

  private func key(_ controls: [Point], _ role: AnswerReport.Role, _ name: String) -> String {
    guard controls.contains(where: { $0.arm.role == role }) else { return "" }
    return " <span class=\"key \(role.rawValue)\"></span>control: \(name), one draw each"
  }

  // MARK: Places

  private static func x(_ share: Double) -> Double {
    left + share * (width - left - right)
  }

  private static func y(_ share: Double) -> Double {
    height - bottom - share * (height - top - bottom)
  }

  private static func text(_ number: Double) -> String { NumberText.fixed(number, 1) }

  private var grid: String {
    let (top, bottom) = (Self.text(Self.y(1)), Self.text(Self.y(0)))
    let (left, right) = (Self.text(Self.x(0)), Self.text(Self.x(1)))
    let lines = [0, 0.2, 0.4, 0.6, 0.8, 1].map { share in
      let (x, y) = (Self.text(Self.x(share)), Self.text(Self.y(share)))
      let name = NumberText.percent(share)
      return """
        <path class="grid" d="M\(x) \(top)V\(bottom)M\(left) \(y)H\(right)"/>\
        <text class="middle" x="\(x)" y="\(Self.text(Self.y(0) + 19))">\(name)</text>\
        <text class="end" x="\(Self.text(Self.x(0) - 9))" y="\(y)" dy="4">\(name)</text>
        """
    }
    let middle = Self.text(Self.y(0.5))
    return lines.joined(separator: "\n") + """

      <text class="title middle" x="\(Self.text(Self.x(0.5)))" \
      y="\(Self.text(Self.height - 12))">harm: of what was right, lost</text>\
      <text class="title middle" x="16" y="\(middle)" transform="rotate(-90 16 \(middle))">\
      help: of what was wrong, put right</text>
      """
  }

  // MARK: Points

  private func whiskers(_ point: Point) -> String {
    guard let harm = point.harm.interval, let help = point.help.interval else { return "" }
    let (x, y) = (Self.text(point.x), Self.text(point.y))
    let across = [harm.lowerBound, harm.upperBound].map { Self.text(Self.x($0)) }
    let along = [help.lowerBound, help.upperBound].map { Self.text(Self.y($0)) }
    return "<path class=\"whisker\" d=\"M\(across[0]) \(y)H\(across[1])"
      + "M\(x) \(along[0])V\(along[1])\"/>"
  }

  private func title(_ point: Point) -> String {
    let text =
      HTMLText.cut(point.arm.name, limit: 200) + ": help \(RateText.percent(point.help.value)), "
      + "harm \(RateText.percent(point.harm.value))"
    return "<title>\(HTMLText.escaped(text))</title>"
  }

  private func control(_ point: Point) -> String {
    let (x, y) = (Self.text(point.x), Self.text(point.y))
    return point.arm.role == .randomFeatures
      ? "<circle class=\"control\" cx=\"\(x)\" cy=\"\(y)\" r=\"3.5\">\(title(point))</circle>"
      : "<path class=\"control\" d=\"M\(x) \(y)m0 -4.5l4.5 4.5l-4.5 4.5l-4.5 -4.5z\">"
        + "\(title(point))</path>"
  }

  private func mark(_ point: Point) -> String {
    """
    <circle class="arm" cx="\(Self.text(point.x))" cy="\(Self.text(point.y))" r="6">\
    \(title(point))</circle>
    """
  }

  // MARK: Labels

  /// Names beside their points, each where it meets no other as far as there is such a place.
  private func labels(_ arms: [Point]) -> String {
    var taken = arms.map {
      Box(left: $0.x - 7, right: $0.x + 7, top: $0.y - 7, bottom: $0.y + 7)
    }
    return arms.map { point in
      let name = HTMLText.cut(point.arm.name, limit: 28)
      let room = 8 * Double(name.count) + 4
      let places = places(of: point, room: room)
      let box = places.first { place in !taken.contains { $0.meets(place) } } ?? places[0]
      taken.append(box)
      return """
        <text class="name" x="\(Self.text(box.left))" y="\(Self.text(box.bottom - 4))">\
        \(HTMLText.escaped(name))</text>
        """
    }.joined(separator: "\n")
  }

  private func places(of point: Point, room: Double) -> [Box] {
    let inside = Self.left...max(Self.left, Self.width - room)
    return [-1.0, 1, -2, 2, -3, 3, -4, 4].flatMap { step in
      [point.x + 9, point.x - 9 - room].map { left in
        let top = min(Self.y(0) - 18, max(0, point.y - 9 + 14 * step))
        let left = min(inside.upperBound, max(inside.lowerBound, left))
        return Box(left: left, right: left + room, top: top, bottom: top + 18)
      }
    }
  }
}
