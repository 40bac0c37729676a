/// The questions whose answers an arm turns, with their pictures.
struct FlipGallery {
  private let report: AnswerReport
  /// By a picture's name its number in the page.
  private let numbers: [String: Int]

  init(_ report: AnswerReport) {
    self.report = report
    let names = report.pictures.keys.sorted()
    numbers = Dictionary(uniqueKeysWithValues: zip(names, 0...))
  }

  /// Nothing where there is no intervention.
  var html: String {
    guard !report.flips.isEmpty else { return "" }
    return """
      <h2>What the interventions turned</h2>
      \(lost)\(definitions)
      \(report.flips.map(section).joined(separator: "\n"))
      """
  }

  private var lost: String {
    guard report.lostPictures > 0 else { return "" }
    let folders = report.pictureFolders.map { HTMLText.isolated($0, limit: 400) }
    return "<p class=\"note\">\(NumberText.counted(report.lostPictures, "picture")) of these "
      + "questions \(report.lostPictures == 1 ? "is" : "are") left out, not found or not readable "
      + "in \(folders.joined(separator: ", ")).</p>\n"
  }

  /// Every picture once; questions refer to it.
  private var definitions: String {
    let images = numbers.sorted { $0.value < $1.value }.compactMap { name, number in
      report.pictures[name].map { picture in
        """
        <image id="picture-\(number)" width="\(picture.width)" height="\(picture.height)" \
        preserveAspectRatio="none" href="\(HTMLText.dataURL(picture.bytes, type: picture.type))"/>
        """
      }
    }
    guard !images.isEmpty else { return "" }
    return "<svg class=\"definitions\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>"
      + images.joined(separator: "\n") + "</defs></svg>"
  }

  private func section(_ flips: AnswerReport.Flips) -> String {
    let outcome = report.arms.first { $0.name == flips.arm }?.outcome
    let (helped, harmed) = (outcome?.helped ?? 0, outcome?.harmed ?? 0)
    return """
      <section><h3>\(HTMLText.isolated(flips.arm, limit: 200))</h3>
      \(list("Put right", "good", flips.helped, of: helped))
      \(list("Lost", "bad", flips.harmed, of: harmed))
      </section>
      """
  }

  private func list(
    _ title: String, _ sort: String, _ flips: [AnswerReport.Flip], of count: Int
  ) -> String {
    let cut = flips.count < count ? ", of which the first \(flips.count) are shown" : ""
    guard !flips.isEmpty else {
      return "<p><b>\(title)</b>: \(count == 0 ? "none" : NumberText.grouped(count)).</p>"
    }
    return """
      <p><b>\(title)</b>: \(NumberText.counted(count, "question"))\(cut).</p>
      <div class="flips \(sort)">
      \(flips.map { card($0, isHelp: sort == "good") }.joined(separator: "\n"))
      </div>
      """
  }

  private func card(_ flip: AnswerReport.Flip, isHelp: Bool) -> String {
    let place = [flip.kind, flip.picture ?? flip.id].compactMap(\.self)
      .map { HTMLText.isolated($0, limit: 120) }.joined(separator: " · ")
    return """
      <figure>\(picture(flip))<figcaption><p class="question">\
      \(HTMLText.isolated(flip.question, limit: 400))</p>
      <dl><dt>right</dt><dd>\(said(flip.answer))</dd><dt>before</dt>\
      <dd class="\(isHelp ? "bad" : "good")">\(said(flip.before)) \(sign(!isHelp))</dd>\
      <dt>after</dt><dd class="\(isHelp ? "good" : "bad")">\(said(flip.after)) \
      \(sign(isHelp))</dd></dl>
      <p class="place">\(place)</p></figcaption></figure>
      """
  }

  private func picture(_ flip: AnswerReport.Flip) -> String {
    guard let name = flip.picture, let number = numbers[name], let shown = report.pictures[name]
    else { return "" }
    return """
      <svg viewBox="0 0 \(shown.width) \(shown.height)" role="img" \
      aria-label="\(HTMLText.escaped(HTMLText.cut(name, limit: 120)))">\
      <use href="#picture-\(number)"/></svg>
      """
  }

  private func said(_ text: String) -> String {
    text.allSatisfy(\.isWhitespace)
      ? "<span class=\"soft\">nothing</span>" : HTMLText.isolated(text, limit: 300)
  }

  private func sign(_ isRight: Bool) -> String {
    "<span role=\"img\" aria-label=\"\(isRight ? "right" : "wrong")\">"
      + "\(isRight ? "✓" : "✗")</span>"
  }
}
