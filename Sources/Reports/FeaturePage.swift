/// One feature as one page that needs nothing beside itself: exemplars under each ranking of each
/// view with masks to choose from, how it is active, what the weights say, and what was said of it.
package struct FeaturePage {
  private let report: FeatureReport

  package init(_ report: FeatureReport) { self.report = report }

  package var html: String {
    HTMLText.page(
      title: "Feature \(report.latent)" + (report.label.map { ": \(String($0.prefix(80)))" } ?? ""),
      style: HTMLStyle.sheet + HTMLStyle.features,
      body: """
        <main class="feature">
        \(opening)
        \(notes)
        \(FeatureSwitches(report).html)
        \(FeatureGallery(report).html)
        \(activity)
        <div class="columns" id="tokens">\(effects("Promoted tokens", report.promoted))\
        \(effects("Suppressed tokens", report.suppressed))</div>
        <div class="columns" id="neighbours">\
        \(related("Nearest decoder rows", "cosine", report.neighbours))\
        \(related("Active at the same tokens", "Jaccard", report.coactive))</div>
        \(history)
        \(identity)
        </main>
        """)
  }

  private var opening: String {
    let overview = report.overview.map {
      "<a href=\"\(HTMLText.escaped($0))\">All features</a> · "
    }
    let place =
      HTMLText.isolated(report.autoencoder, limit: 200) + ", " + HTMLText.escaped(report.site)
    let label =
      report.label.map { "<p class=\"label\">\(HTMLText.isolated($0, limit: 600))</p>" }
      ?? "<p class=\"label none\">Not explained yet</p>"
    let scores = report.labelScores.isEmpty ? "" : "<p>\(LabelScore.line(report.labelScores))</p>"
    return """
      <header><p class="soft path">\(overview ?? "")\(place)</p>
      <h1>Feature <span class="copied" \
      title="A click selects the number">\(NumberText.plain(report.latent))</span></h1>
      \(label)\(scores)</header>
      """
  }

  private var notes: String {
    report.notes.map { "<p class=\"note\" role=\"note\">\(HTMLText.escaped($0))</p>" }.joined()
  }

  // MARK: Activity

  private var activity: String {
    let views = report.views.map { view in
      """
      <section class="by-view" data-view="\(HTMLText.escaped(view.name))">\
      \(FeatureActivity(view).html)</section>
      """
    }
    return "<h2 id=\"activity\">How it is active</h2>\n"
      + (views.isEmpty ? "<p>It is active nowhere in this index.</p>" : views.joined())
  }

  // MARK: What the weights say

  private func effects(_ title: String, _ effects: [FeatureReport.Effect]) -> String {
    guard !effects.isEmpty else { return "" }
    let largest = effects.map { abs($0.effect) }.max() ?? 1
    let rows = effects.map { effect in
      [
        "<code class=\"token\">\(HTMLText.isolated(Self.visible(effect.token), limit: 60))</code>",
        HTMLText.meter(effect.effect, of: largest), NumberText.signed(effect.effect, 3),
      ]
    }
    return """
      <section><h2>\(title)</h2>\
      \(HTMLText.table(
        "Direct effect of the decoder row on the logits", head: ["token", "", "effect"],
        rows: rows, texts: [0, 1]))</section>
      """
  }

  /// Spaces and breaks at the ends of a token are part of it; other controls are told by their
  /// numbers.
  static func visible(_ token: String) -> String {
    var result = ""
    for scalar in token.unicodeScalars {
      switch scalar {
      case " ": result += "\u{2423}"
      case "\n": result += "\u{21B5}"
      case "\t": result += "\u{21E5}"
      default:
        guard scalar.properties.generalCategory == .control else {
          result.unicodeScalars.append(scalar)
          continue
        }
        let number = String(scalar.value, radix: 16, uppercase: true)
        result += "\u{27E8}\(scalar.value < 16 ? "0" : "")\(number)\u{27E9}"
      }
    }
    return result
  }

  private func related(
    _ title: String, _ measure: String, _ items: [FeatureReport.Related]
  ) -> String {
    guard !items.isEmpty else { return "" }
    let rows = items.map { item in
      let name = "#\(item.latent)"
      let label =
        item.label.map { HTMLText.isolated($0, limit: 160) + LabelScore.line(item.labelScores) }
        ?? "<span class=\"soft\">not explained</span>"
      return [
        item.address.map { "<a href=\"\(HTMLText.escaped($0))\">\(name)</a>" } ?? name,
        label, NumberText.fixed(item.score, 3),
      ]
    }
    let table = HTMLText.table(
      title, head: ["feature", "explanation", measure], rows: rows, texts: [0, 1])
    return """
      <section><h2>\(title)</h2>\
      \(table)\
      </section>
      """
  }

  // MARK: What was said

  private var history: String {
    guard !report.explanations.isEmpty else {
      return "<h2 id=\"explanations\">Explanations</h2><p>Nobody has explained it yet.</p>"
    }
    let items = report.explanations.map { explanation in
      let text =
        switch explanation.state {
        case "explained": HTMLText.isolated(explanation.text)
        case "uninterpretable": "<em>Unable to interpret</em>"
        default: "<em>Failed:</em> " + HTMLText.isolated(explanation.text)
        }
      return """
        <li class="\(explanation.state == "explained" ? "explained" : "open")">
        <p class="said">\(text)</p>
        <p class="soft">\(HTMLText.isolated(explanation.author, limit: 200)), \
        \(HTMLText.escaped(explanation.method)), \(HTMLText.escaped(explanation.date)), revision \
        \(explanation.revision)</p>\(scores(explanation))</li>
        """
    }
    return "<h2 id=\"explanations\">Explanations</h2>"
      + "<ol class=\"history\" reversed>\(items.joined())</ol>"
  }

  private func scores(_ explanation: FeatureReport.Explanation) -> String {
    guard !explanation.scores.isEmpty else { return "" }
    let items = explanation.scores.map { score in
      let baseline = score.baseline.map { ", by chance \(NumberText.fixed($0))" } ?? ""
      let name = HTMLText.escaped(LabelScore.name(ofKind: score.kind))
      return "<span class=\"chip\"><b>\(name) \(NumberText.fixed(score.value))</b>\(baseline), "
        + "\(NumberText.counted(score.count, "example"))</span>"
    }
    return "<p class=\"chips\">\(items.joined(separator: " "))</p>"
  }

  private var identity: String {
    guard !report.identity.isEmpty else { return "" }
    let rows = report.identity.map { name, value in
      "<dt>\(HTMLText.escaped(name))</dt>"
        + "<dd><code class=\"copied\">\(HTMLText.escaped(value))</code></dd>"
    }
    return
      "<h2 id=\"holds-for\">What this holds for</h2><dl class=\"identity\">\(rows.joined())</dl>"
  }
}
