/// The exemplars of a feature under each ranking of each view.
struct FeatureGallery {
  private let report: FeatureReport

  init(_ report: FeatureReport) { self.report = report }

  var html: String {
    let galleries = report.views.flatMap { view in
      view.rankings.map { gallery(view, $0) }
    }
    return "<h2 id=\"examples\">Where it is most active</h2>\n" + definitions
      + galleries.joined(separator: "\n")
  }

  /// Every picture once; exemplars refer to it.
  private var definitions: String {
    let images = report.pictures.sorted { $0.key < $1.key }.map { key, shown in
      """
      <image id="picture-\(key)" width="\(shown.width)" height="\(shown.height)" \
      preserveAspectRatio="none" href="\(HTMLText.dataURL(shown.bytes, type: shown.type))"/>
      """
    }
    guard !images.isEmpty else { return "" }
    return "<svg class=\"definitions\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>"
      + images.joined(separator: "\n") + "</defs></svg>"
  }

  private func gallery(_ view: FeatureReport.View, _ ranking: FeatureReport.Ranking) -> String {
    let isText = view.name == "text"
    let content =
      ranking.exemplars.isEmpty
      ? "<p>It is active nowhere in this view.</p>"
      : ranking.exemplars.enumerated().map { place, exemplar in
        figure(exemplar, place: place + 1, by: ranking.name)
      }.joined(separator: "\n")
    let title =
      "\(FeatureSwitches.viewNames[view.name] ?? view.name), "
      + "\(FeatureSwitches.rankingNames[ranking.name] ?? ranking.name)"
    return """
      <section class="gallery\(isText ? " texts" : "")" data-view="\(HTMLText.escaped(view.name))" \
      data-rank="\(HTMLText.escaped(ranking.name))" aria-label="\(HTMLText.escaped(title))">
      \(content)</section>
      """
  }

  private func figure(_ exemplar: FeatureReport.Exemplar, place: Int, by ranking: String) -> String
  {
    let shown =
      switch exemplar.content {
      case .picture(let key, let veils, let region):
        report.pictures[key].map {
          picture($0, key: key, veils: veils, region: region, exemplar)
        } ?? missing("The picture is not in this page.")
      case .text(let tokens): line(tokens, picture: exemplar.picture)
      case .missing(let reason): missing(reason)
      }
    let source = exemplar.source.map { " · \(HTMLText.isolated($0, limit: 80))" } ?? ""
    return """
      <figure \
      class="exemplar">\(shown)<figcaption><span>\(figures(exemplar, by: ranking))</span>\
      <span class="place">\(place)</span>\
      <span class="name" title="\(HTMLText.escaped(String(exemplar.name.prefix(400))))">\
      \(HTMLText.isolated(exemplar.name, limit: 120))\(source)</span></figcaption></figure>
      """
  }

  /// The score that it is ranked by, and its largest activation.
  private func figures(_ exemplar: FeatureReport.Exemplar, by ranking: String) -> String {
    let largest = NumberText.significant(exemplar.peak)
    let score = "<b>\(NumberText.significant(exemplar.score))</b>"
    return switch ranking {
    case "max": "max \(score)"
    case "mass": "sum \(score) · max \(largest)"
    default: "mean \(score) · max \(largest)"
    }
  }

  private func missing(_ reason: String) -> String {
    "<div class=\"missing\">\(HTMLText.isolated(reason, limit: 400))</div>"
  }

  private func line(
    _ tokens: [(text: String, activation: Double)], picture key: Int?
  ) -> String {
    let text =
      "<div class=\"token-line\" dir=\"auto\">\(TokenLine(activations: tokens).spans)</div>"
    guard let key, let shown = report.pictures[key] else { return text }
    return """
      <div class="asked"><svg viewBox="0 0 \(shown.width) \(shown.height)" role="img" \
      aria-label="The picture that it was asked about"><use href="#picture-\(key)"/></svg>\
      \(text)</div>
      """
  }

  private func picture(
    _ shown: FeatureReport.Shown, key: Int, veils: FeatureReport.Veils,
    region: FeatureReport.Region, _ exemplar: FeatureReport.Exemplar
  ) -> String {
    let place =
      "x=\"\(NumberText.fixed(region.left, 3))\" y=\"\(NumberText.fixed(region.top, 3))\" "
      + "width=\"\(NumberText.fixed(region.width, 3))\" "
      + "height=\"\(NumberText.fixed(region.height, 3))\" preserveAspectRatio=\"none\""
    let name = String(exemplar.name.prefix(120))
    let text = "\(name), darkened where the feature is not active"
    return """
      <svg viewBox="0 0 \(shown.width) \(shown.height)" role="img" \
      aria-label="\(HTMLText.escaped(text))">\
      <use href="#picture-\(key)"/>\(outside(shown, region))\
      <image class="veil active" \(place) href="\(HTMLText.dataURL(veils.active))"/>\
      <image class="veil weighted" \(place) href="\(HTMLText.dataURL(veils.weighted))"/></svg>
      """
  }

  /// What no patch sees is as dark as what is not active.
  private func outside(_ shown: FeatureReport.Shown, _ region: FeatureReport.Region) -> String {
    let (right, bottom) = (region.left + region.width, region.top + region.height)
    let (width, height) = (Double(shown.width), Double(shown.height))
    if region.left <= 0.01, region.top <= 0.01, right >= width - 0.01, bottom >= height - 0.01 {
      return ""
    }
    let corners = [
      max(0, region.left), max(0, region.top), min(width, right), min(height, bottom),
    ].map { NumberText.fixed($0, 2) }
    return """
      <path class="veil active weighted" fill-rule="evenodd" d="M0 \
      0H\(shown.width)V\(shown.height)H0Z\
      M\(corners[0]) \(corners[1])H\(corners[2])V\(corners[3])H\(corners[0])Z"/>
      """
  }
}
