import KernelProtocol
import Reports

/// The story as one page that needs nothing beside itself.
struct HTMLReport {
  private let story: Story
  private let pictures: StoryPictures
  private var explanation: Explanation { story.explanation }

  init(_ story: Story, pictures: StoryPictures) {
    self.story = story
    self.pictures = pictures
  }

  var page: String {
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Lucarne: \(escaped(story.asked.question))</title>
    <style>\(HTMLStyle.sheet)</style></head><body><main>
    \(opening)
    \(attribution)
    \(HTMLFeatures(explanation).section)
    \(HTMLRemoval(story).sections)
    \(HTMLMethod(isEvaluated: story.evaluation != nil).section)
    </main></body></html>

    """
  }

  // MARK: The question

  private var opening: String {
    let right =
      story.asked.right.map { right in
        story.asked.isRight
          ? "<p class=\"good\">That is right.</p>"
          : "<p class=\"bad\">That is wrong: the right answer is \(escaped(right)).</p>"
      } ?? ""
    let shares = story.candidates.map { escaped($0.figure) }
    let source =
      story.picture.facts == nil
      ? ""
      : "; what is right, and where words are written, from the program that drew the picture"
    let facts = story.picture.facts.map { "The picture is \(escaped($0.summary))." } ?? ""
    return """
      <h1>“\(escaped(story.asked.question))”</h1>
      <p class="soft">\(escaped(story.modelFacts.model)), \
      \(escaped(story.modelFacts.architecture)), \
      with \(NumberText.grouped(story.saeFacts.latents)) features at \
      \(escaped(story.saeFacts.site)). The figures and sentences come from the kernel\(source).</p>
      <div class="dialogue">
      \(HTMLText.figure(
        pictures.original, type: "image/png",
        alt: story.picture.facts?.summary ?? "The picture that the question is about",
        caption: story.picture.name))
      <div><p class="soft">The model answers</p><p class="said">\(escaped(story.asked.answer))</p>
      <p>\(shares.joined(separator: ", "))</p>\(right)<p>\(facts)</p></div></div>
      """
  }

  // MARK: The attribution

  private var attribution: String {
    """
    <h2>Why it says so</h2>
    <p>The model prefers its answer by <code>\(escaped(explanation.title))</code> = \
    <strong>\(signed(explanation.found.target.value))</strong>. Each part was taken away and the \
    fall \
    measured, twice: without its features, and without its pixels or words.</p>
    \(partTable)
    \(painted)
    \(verdict)
    <div class="pictures" style="margin-top: 1.2rem">
    \(HTMLText.figure(
      pictures.patches, alt: "Heat map over the picture, one colour for each token's pixels",
      caption: "Scores in the picture, token by token, with norms held: "
        + "where to look, no measurement"))
    \(HTMLText.figure(
      pictures.smooth, alt: "The same heat map, blended between tokens",
      caption: "The same, blended between tokens"))
    </div>
    \(strip)
    """
  }

  private var partTable: String {
    let parts = PartRow.parts(of: explanation)
    let largest = parts.compactMap { $0.ablated.map(abs) }.max() ?? 1
    func cell(_ value: Double?) -> String { value.map(signed) ?? "" }
    let rows = parts.map { row in
      [
        escaped(row.name), cell(row.ablated), HTMLText.bar(row.ablated ?? 0, of: largest),
        cell(row.occluded),
      ]
    }
    let sums = PartRow.sums(of: explanation).map {
      ["<em>\(escaped($0.name))</em>", cell($0.ablated), "", cell($0.occluded)]
    }
    return HTMLText.table(
      "How far the difference falls without a part; start is what is left without all parts",
      head: ["part", "ablated", "", "occluded"], rows: rows + sums, texts: [0, 2])
  }

  private var painted: String {
    explanation.wordsText.map {
      "<p>The written words painted over, which touches no feature: \(escaped($0)).</p>"
    } ?? ""
  }

  private var verdict: String {
    if let contradiction = explanation.contradiction {
      return "<p class=\"verdict bad\">\(escaped(contradiction))</p>"
    }
    let sentences = explanation.sentences.map { "<p>\(escaped($0))</p>" }
    return "<div class=\"verdict\">\(sentences.joined(separator: "\n"))</div>"
  }

  private var strip: String {
    guard let html = pictures.stripHTML else {
      return HTMLText.figure(
        pictures.strip, alt: "The prompt's tokens with their scores as colours",
        caption: "The score of each token of the text", isWide: true)
    }
    return """
      <div class="strip">\(html)</div>
      <p class="soft">The score of each token of the prompt, with norms held; point at one for \
      its figure.</p>
      """
  }

  private func escaped(_ text: String) -> String { HTMLText.escaped(text) }
}
