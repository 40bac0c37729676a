import KernelProtocol

/// A comparison of two contexts in words, from what patching measured.
struct ComparisonSentences {
  let result: AttributionCompare.Result
  /// Features whose activations differ somewhere.
  let differing: Int

  var sentences: [String] {
    let target = result.target
    let together = result.together
    var lines = [
      "\(target.title) = \(Number.signed(target.value)) here and \(Number.signed(result.other)) "
        + "there, a "
        + "difference of \(Number.signed(result.difference)).",
      "\(Number.counted(differing, "feature")) differ somewhere. All of them patched at once "
        + "explain "
        + "\(Number.signed(together.intoContext)) of it here and "
        + "\(Number.signed(together.intoOther)) there; the "
        + "rest is in what the autoencoder does not represent.",
    ]
    let strongest = result.items
      .map { ($0.feature.index, ($0.measured.intoContext + $0.measured.intoOther) / 2, $0) }
      .sorted { abs($0.1) > abs($1.1) }.prefix(3)
    if !strongest.isEmpty {
      lines.append(
        "Patched alone, mean of both directions: "
          + strongest.map { index, mean, item in
            "#\(index) \(Number.signed(mean)) (\(Number.signed(item.measured.intoContext)) here, "
              + "\(Number.signed(item.measured.intoOther)) there)"
          }.joined(separator: ", ") + ".")
    }
    let agreement = result.agreement
    if let pearson = agreement.pearson {
      lines.append(
        "Predicted against the mean of both directions, \(agreement.n) features: Pearson "
          + "\(Number.fixed(pearson)), \(agreement.wrongSigns) of \(agreement.signsCounted) signs "
          + "wrong."
      )
    }
    let aligned = result.aligned
    if aligned.onlyInContext + aligned.onlyInOther > 0 {
      lines.append(
        "\(Number.counted(aligned.pairs, "position")) correspond; \(aligned.onlyInContext) are "
          + "only here and "
          + "\(aligned.onlyInOther) only there, where features were taken off but none put in.")
    }
    return lines
  }
}
