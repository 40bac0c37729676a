/// A session as one page that needs nothing beside itself, and no script to be read.
package struct SessionPage {
  private static let textLimit = 20_000
  private let report: SessionReport

  package init(_ report: SessionReport) { self.report = report }

  package var html: String {
    HTMLText.page(
      title: "A session with Lucarne", style: HTMLStyle.sheet + HTMLStyle.session,
      body: """
        <main class="session">
        <h1>A session with Lucarne</h1>
        \(opening)
        \(report.warnings.map { "<p class=\"note\">\(HTMLText.isolated($0, limit: 1_000))</p>" }
          .joined(separator: "\n"))
        \(definitions)
        \(report.questions.enumerated().map { question($0.element, $0.offset + 1) }
          .joined(separator: "\n"))
        \(method)
        </main>
        """, policy: "style-src 'unsafe-inline'")
  }

  // MARK: The head

  private var opening: String {
    let note = report.note.map { "<p>\(HTMLText.isolated($0, limit: 2_000))</p>" } ?? ""
    let count = NumberText.counted(report.questions.count, "question")
    let saved = report.created.map { "saved on \(HTMLText.escaped($0))" }
    let facts = report.facts.map { name, value in
      "<div><dt>\(HTMLText.isolated(name, limit: 100))</dt><dd>\(Self.shown(value))</dd></div>"
    }
    return """
      <p class="soft">\([count, saved].compactMap(\.self).joined(separator: ", "))</p>
      \(note)<details class="facts"><summary>Versions and digests</summary>
      <dl class="run">\(facts.joined(separator: "\n"))</dl></details>
      """
  }

  /// A digest in the type of a program's.
  private static func shown(_ value: String) -> String {
    let isDigest = value.utf8.count == 64 && value.utf8.allSatisfy(isDigit)
    return isDigest ? "<code>\(value)</code>" : HTMLText.isolated(value, limit: 1_000)
  }

  /// Whether a byte is a hexadecimal digit.
  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }

  /// Every picture once; questions and maps refer to it.
  private var definitions: String {
    let images = report.pictures.enumerated().compactMap { number, picture in
      picture.content.map { content in
        """
        <image id="picture-\(number)" width="\(content.width)" height="\(content.height)" \
        \(content.width < 240 ? "class=\"pixelated\" " : "")preserveAspectRatio="none" \
        href="\(HTMLText.dataURL(content.bytes, type: content.type))"/>
        """
      }
    }
    guard !images.isEmpty else { return "" }
    return "<svg class=\"definitions\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>"
      + images.joined(separator: "\n") + "</defs></svg>"
  }

  // MARK: A question

  private func question(_ question: SessionReport.Question, _ number: Int) -> String {
    """
    <section class="question"><h2>Question \(number)</h2>
    \(prompt(question))
    \(question.answers.map(answer).joined(separator: "\n"))
    \(question.attributions.map { AttributionSection($0, report.pictures).html }
      .joined(separator: "\n"))
    \(question.comparisons.map { ComparisonSection($0).html }.joined(separator: "\n"))
    \(ChangeSection(question).html)
    \(question.notes.map { "<p class=\"soft\">\(HTMLText.isolated($0, limit: 1_000))</p>" }
      .joined(separator: "\n"))
    \(others(question))
    </section>
    """
  }

  private func prompt(_ question: SessionReport.Question) -> String {
    let pictures = question.turns.compactMap { turn -> String? in
      guard case .picture(let number) = turn.content else { return nil }
      return picture(number, name: turn.name)
    }
    let texts = question.turns.compactMap { turn -> String? in
      guard case .text(let text) = turn.content else { return nil }
      return "<div class=\"turn\"><span class=\"soft\">\(HTMLText.isolated(turn.role, limit: 40))"
        + "</span><p>\(HTMLText.isolated(text, limit: Self.textLimit))</p></div>"
    }
    return "<div class=\"prompt\(pictures.isEmpty ? " plain" : "")\">"
      + (pictures.isEmpty ? "" : "<div class=\"shown\">\(pictures.joined(separator: "\n"))</div>")
      + "<div>\(texts.joined(separator: "\n"))</div></div>"
  }

  private func picture(_ number: Int?, name: String) -> String {
    let found = number.flatMap { report.pictures.indices.contains($0) ? report.pictures[$0] : nil }
    guard let number, let found, let content = found.content else {
      return "<figure><p class=\"soft\">\(HTMLText.isolated(name, limit: 100)): "
        + (found == nil ? "not in this file" : "not a picture that can be shown")
        + "</p></figure>"
    }
    return """
      <figure><svg viewBox="0 0 \(content.width) \(content.height)" role="img" \
      aria-label="\(HTMLText.escaped(HTMLText.cut(found.name, limit: 120)))">\
      <use href="#picture-\(number)"/></svg>
      <figcaption>\(HTMLText.isolated(found.name, limit: 120)), \(content.width) × \
      \(content.height)</figcaption></figure>
      """
  }

  private func answer(_ answer: SessionReport.Reply) -> String {
    """
    <article><h3>The answer</h3>\(AnswerStrip(answer).html)
    <p class="soft">\(HTMLText.isolated(answer.manner, limit: 300))</p></article>
    """
  }

  private func others(_ question: SessionReport.Question) -> String {
    guard !question.others.isEmpty else { return "" }
    let counts = question.others.map { method, count in
      "<code>\(HTMLText.isolated(method, limit: 60))</code>\(count > 1 ? " × \(count)" : "")"
    }
    return "<p class=\"soft\">Also asked: \(counts.joined(separator: ", ")).</p>"
  }

  // MARK: What the numbers are

  private var method: String {
    """
    <h2>What the numbers are</h2>
    <p>A score predicts how far the target falls when a feature is taken out, by one backward \
    pass; <b>measured</b> is the fall when it was taken out and the rest of the model run again. \
    Red supports the answer, blue opposes it. Below a token of an answer stands its probability \
    where it is less than 99.5 %. The reconstruction is the autoencoder’s, in the residual’s \
    place, with nothing changed: what differs there is not the change’s doing.</p>
    <p class="soft">Written from the session’s file; nothing was computed anew.</p>
    """
  }
}
