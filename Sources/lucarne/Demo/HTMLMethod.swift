import Reports

/// The report's note on how its figures were made.
struct HTMLMethod {
  /// Whether the removal was judged on other questions.
  let isEvaluated: Bool

  var section: String {
    let sizes = RemovalSearch.sizes.map(String.init).joined(separator: ", ")
    return """
      <h2>How this was made</h2>
      <p><strong>Parts.</strong> Ablated: all features of a part are set to zero at its tokens \
      together and the \
      rest of the model runs again. Occluded: the pixels are painted with the picture's mean \
      colour, the words \
      replaced by spaces, and the whole model runs again; no feature is touched. Both are falls of \
      the \
      difference: positive supports the answer. Where their signs differ for the picture, nothing \
      is concluded.</p>
      <p><strong>Scores.</strong> A score is z · (W<sub>dec</sub> · g), with z the activation and \
      g the \
      gradient of the difference at that token: a tangent, good for finding features and places, \
      and no \
      measurement. The strongest, the strongest by a second method and some drawn at random are \
      ablated \
      exactly, everywhere.</p>
      <p><strong>Splice.</strong> The autoencoder's error is kept: the attributed run is the \
      model's \
      own, and a removal takes off only what the features decode to. “Reconstruction alone” drops \
      the \
      error, and shows what that by itself does to the answer.</p>
      <p><strong>Choice.</strong> Every active feature is ablated alone; the best \(sizes) are set \
      to zero \
      together, at every token. Of the sets that turn this answer, \(choice)</p>
      \(control)
      <p class="soft">Answers are greedy. The sentences are the kernel's own, from measured \
      numbers.</p>
      """
  }

  private var choice: String {
    isEvaluated
      ? "the one that keeps most of the same right answers on other maps, among equals the "
        + "smallest. "
        + "These questions are not used again." : "the smallest."
  }

  private var control: String {
    guard isEvaluated else { return "" }
    return "<p><strong>Control.</strong> In each draw every feature is replaced by one whose "
      + "activation, added up over the probes, is between half and twice its own; the seed is "
      + "fixed.</p>"
  }
}
