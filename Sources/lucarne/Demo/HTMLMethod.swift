import Reports

/// The report's note on how its figures were made.
struct HTMLMethod {
  private let story: Story

  init(_ story: Story) { self.story = story }

  var section: String {
    let multiples = ClampSearch.multiples.map { NumberText.fixed($0, 1) }.joined(separator: ", ")
    let groups = ClampSearch.groups.map(String.init).joined(separator: ", ")
    return """
      <h2>How this was made</h2>
      <p><strong>Sign.</strong> A score is z · (W<sub>dec</sub> · g), with z the activation and g the \
      gradient of the difference at that token: to first order the fall of the difference when the \
      activation is set to zero. Positive supports the answer.</p>
      <p><strong>Splice.</strong> The autoencoder's error is kept: the attributed run is the model's \
      own, and a clamp adds only the change of the decoded features. “Reconstruction alone” drops the \
      error, and shows what that by itself does to the answer.</p>
      <p><strong>Choice.</strong> The \(ClampSearch.singles) best features of written words, each alone \
      and the best \(groups) together, at \(multiples) times each feature's peak on written words, over \
      the picture and over the whole prompt. Of the clamps that turn this answer and keep nine in ten of \
      the same right answers on other maps (or, where none does, keep most), the one that turns it \
      furthest. With so many tries some clamp turns one answer by chance; only the pictures on which it \
      was not chosen tell.</p>
      <p><strong>Control.</strong> The random features are drawn with a fixed seed from those active in \
      such a picture. A token lies on a word from \(NumberText.percent(WordFeatures.leastShare)) of its \
      pixels on; tokens that only touch one are left out.</p>
      <p class="soft">Answers are greedy. The scores are of \(story.asked.tokenCount) tokens.</p>
      """
  }
}
