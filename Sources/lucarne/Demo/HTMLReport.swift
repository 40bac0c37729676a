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
    \(features)
    \(words)
    \(HTMLSteering(story).sections)
    \(HTMLMethod(story).section)
    </main></body></html>

    """
  }

  // MARK: The question

  private var opening: String {
    let right =
      story.picture.right.map { right in
        story.asked.isRight
          ? "<p class=\"good\">That is right.</p>"
          : "<p class=\"bad\">That is wrong: the right answer is \(escaped(right)).</p>"
      } ?? ""
    let shares = [explanation.answer, explanation.other].map {
      "\(escaped(trimmed($0.text))) \(NumberText.percent($0.probability))"
    }
    let facts = story.picture.facts.map { "The picture is \(escaped($0.summary))." } ?? ""
    return """
      <h1>“\(escaped(story.asked.question))”</h1>
      <p class="soft">\(escaped(story.modelFacts.model)), \(escaped(story.modelFacts.architecture)), \
      with \(NumberText.grouped(story.saeFacts.latents)) features at \
      \(escaped(story.saeFacts.site)). The figures come from the kernel's answers; what is right, and \
      where words are written, from the program that drew the pictures.</p>
      <div class="dialogue">
      \(HTMLText.figure(
        pictures.original, type: pictures.originalType,
        alt: story.picture.facts?.summary ?? "The picture that the question is about",
        caption: story.picture.name))
      <div><p class="soft">The model answers</p><p class="said">\(escaped(story.asked.answer))</p>
      <p>\(shares.joined(separator: ", "))</p>\(right)<p>\(facts)</p></div></div>
      """
  }

  // MARK: The attribution

  private var attribution: String {
    let difference =
      "logit(\(trimmed(explanation.answer.text))) − "
      + "logit(\(trimmed(explanation.other.text)))"
    return """
      <h2>Why it says so</h2>
      <p>The difference <code>\(escaped(difference))</code> is \
      \(NumberText.signed(explanation.byFeature.target.value)). Its gradient tells the share of the \
      features that are active at each token. Red supports the answer, blue opposes it.</p>
      \(partTable)
      <p class="soft">The shares add up to Σ x·g, the tangent at the model's own run; it is not the
      difference itself, since the model is not linear.</p>
      <p class="verdict">\(escaped(story.partVerdict))</p>
      <div class="pictures">
      \(HTMLText.figure(
        pictures.patches, alt: "Heat map over the picture, one colour for each token's pixels",
        caption: "The picture's share, token by token"))
      \(HTMLText.figure(
        pictures.smooth, alt: "The same heat map, blended between tokens",
        caption: "The same, blended between tokens"))
      </div>
      \(strip)
      """
  }

  private var strip: String {
    guard let html = pictures.stripHTML else {
      return HTMLText.figure(
        pictures.strip, alt: "The prompt's tokens with their scores as colours",
        caption: "The share of each token of the text", isWide: true)
    }
    return """
      <div class="strip">\(html)</div>
      <p class="soft">The share of each token of the prompt; point at one for its figure.</p>
      """
  }

  private var partTable: String {
    let completeness = explanation.byFeature.completeness
    let rows =
      story.partScores.map { ("features at the \($0.name)", $0.score) } + [
        ("the autoencoder's bias", completeness.bias),
        ("what the autoencoder leaves out (error term)", completeness.errorTerm),
        ("together: Σ x·g", completeness.total),
      ]
    let largest = rows.map { abs($0.1) }.max() ?? 1
    return HTMLText.table(
      "Shares of the difference", head: ["from", "share", ""],
      rows: rows.map {
        [escaped($0.0), NumberText.signed($0.1), HTMLText.bar($0.1, of: largest)]
      }, texts: [0, 2])
  }

  // MARK: Features

  private var features: String {
    let rows = explanation.features.map { feature in
      [
        "#\(feature.feature.index)", NumberText.signed(feature.predicted, 3),
        NumberText.signed(feature.measured, 3), "\(feature.tokenCount)",
        escaped(Story.place(of: feature.strongest)),
      ]
    }
    return """
      <h2>Is that true?</h2>
      <p>The score predicts how far the difference falls when a feature is taken out. The kernel took \
      each of the highest out, ran the rest of the model again and measured the fall.</p>
      \(HTMLText.table(
        "The features with the highest scores, over all tokens",
        head: ["feature", "predicted", "measured", "tokens", "strongest at"], rows: rows,
        texts: [0, 4]))
      <p>Pearson's r of prediction and measurement: features \
      <strong>\(TerminalReport.text(explanation.byFeature.verification))</strong>, single tokens' \
      features <strong>\(TerminalReport.text(explanation.byToken.verification))</strong>, over the \
      \(Explanation.verified) highest of each.</p>
      """
  }

  private var words: String {
    let found = story.words
    let rows = found.features.prefix(ClampSearch.singles).map { word in
      [
        "#\(word.feature.index)", NumberText.percent(word.precision),
        NumberText.percent(word.recall), NumberText.fixed(word.peak, 1),
        NumberText.fixed(word.asked, 2),
      ]
    }
    return """
      <h2>The features of written words</h2>
      <p>The world's drawing program knows which pixels are letters. In \
      \(NumberText.counted(found.pictureCount, "other picture")) \
      \(NumberText.grouped(found.wordTokens)) tokens lie on written words and \
      \(NumberText.grouped(found.otherTokens)) do not. These features tell the two apart best, by the \
      harmonic mean of the first two columns.</p>
      \(HTMLText.table(
        "Where the features fire",
        head: [
          "feature", "of its firing, on words", "of the words, reached", "peak on words",
          "mean at asked names",
        ], rows: Array(rows)))
      """
  }

  private func escaped(_ text: String) -> String { HTMLText.escaped(text) }
}
