/// What an attribution found: where, by which features and parts, and whether it can be trusted.
struct AttributionSection {
  private static let featureLimit = 12
  private static let partLimit = 64
  private static let wordLimit = 4_096
  private static let sentenceLimit = 24

  private let found: SessionReport.Attribution
  private let pictures: [SessionReport.Picture]

  init(_ found: SessionReport.Attribution, _ pictures: [SessionReport.Picture]) {
    self.found = found
    self.pictures = pictures
  }

  var html: String {
    """
    <article class="attribution"><h3>Why: \(HTMLText.isolated(found.title, limit: 400)) = \
    \(NumberText.signed(found.value))</h3>
    \(doubts)
    \(places)
    \(FeatureTables(found.features, limit: Self.featureLimit).html)
    <div class="pair">\(parts)\(check)</div>
    \(sentences)
    <p class="soft">\(HTMLText.isolated(found.method, limit: 60))</p></article>
    """
  }

  private var doubts: String {
    guard let doubts = found.check?.doubts, !doubts.isEmpty else { return "" }
    let told = doubts.prefix(8).map { HTMLText.isolated($0, limit: 400) }
    return "<p class=\"note\">Scores are not reliable here: \(told.joined(separator: "; ")). What "
      + "was measured is.</p>"
  }

  // MARK: Where

  private var places: String {
    guard let places = found.places else { return "" }
    let largest = places.largest.isFinite && places.largest > 0 ? places.largest : 1
    let maps = places.maps.map { map in
      pictures.indices.contains(map.picture)
        ? ScoreMap(map).figure(
          pictures[map.picture], number: map.picture, of: pictures[map.picture].name) : ""
    }
    let words = TokenLine(
      places.words.prefix(Self.wordLimit).map {
        TokenLine.Token(text: $0.text, score: $0.score, title: NumberText.signed($0.score, 3))
      }, scale: largest)
    return """
      <div class="where">\(maps.joined(separator: "\n"))
      <div class="strip">\(words.html)</div></div>
      <p class="soft key"><i class="supports"></i>supports the answer <i \
      class="opposes"></i>opposes it</p>
      """
  }

  // MARK: Parts

  private var parts: String {
    guard !found.parts.isEmpty else { return "" }
    let shown = found.parts.prefix(Self.partLimit)
    let largest = shown.map { abs($0.score) }.filter(\.isFinite).max() ?? 1
    let rows = shown.map {
      [
        HTMLText.isolated($0.name, limit: 100), HTMLText.bar($0.score, of: largest),
        NumberText.signed($0.score),
      ]
    }
    let sums = found.sums.map {
      ["<i>\(HTMLText.escaped($0.name))</i>", "", NumberText.signed($0.value)]
    }
    return "<div>"
      + HTMLText.table(
        "Which parts of the prompt: the target’s fall when all features of a part are set to zero",
        head: ["part", "", "measured"], rows: rows + sums, texts: [0, 1]) + "</div>"
  }

  // MARK: Whether it can be trusted

  private var check: String {
    guard let check = found.check, !check.points.isEmpty else { return "" }
    return "<div>\(AgreementChart(points: check.points).figure)<p class=\"soft\">"
      + check.figures.map { HTMLText.escaped($0) }.joined(separator: ", ") + "</p></div>"
  }

  private var sentences: String {
    guard !found.sentences.isEmpty else { return "" }
    let items = found.sentences.prefix(Self.sentenceLimit)
      .map { "<li>\(HTMLText.isolated($0, limit: 1_000))</li>" }
    return "<ul class=\"sentences\">\(items.joined(separator: "\n"))</ul>"
  }
}
