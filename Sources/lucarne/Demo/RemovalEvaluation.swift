import KernelProtocol

/// What a removal does to questions that it was not chosen on.
struct RemovalEvaluation {
  /// Questions of one sort and how many fared as hoped.
  struct Share {
    var hits = 0
    var count = 0
    /// Of 1; none where there is no question.
    var share: Double? { count > 0 ? Double(hits) / Double(count) : nil }
  }

  /// Probes that the model answers wrongly, and how many of these are answered
  /// rightly without the features.
  let corrected: Share
  /// Questions answered rightly, and how many stay right.
  let kept: Share
  /// The same for each draw of random features.
  let controls: [(corrected: Share, kept: Share)]

  static let draws = 5

  /// The draws added up.
  var controlCorrected: Share { Self.sum(controls.map(\.corrected)) }

  /// - Parameters:
  ///   - controls: random features of similar activity, one set a draw.
  ///   - probes: questions about what is not to be seen.
  ///   - others: questions about what is.
  init(
    _ removal: Removal, controls: [Removal], probes: [Asked], others: [Asked],
    interview: Interview
  ) throws {
    let wrong = probes.filter { !$0.isRight }
    let right = (probes + others).filter(\.isRight)
    func count(_ removal: Removal, _ asked: [Asked]) throws -> Share {
      let hits = try asked.count { question in
        // Yes or No is one token.
        let outputs = try interview.answers(removal, question, maxTokens: 1).outputs
        return trimmed(outputs.first { $0.name == .steered }?.text ?? "") == question.right
      }
      return Share(hits: hits, count: asked.count)
    }
    corrected = try count(removal, wrong)
    kept = try count(removal, right)
    self.controls = try controls.map { (try count($0, wrong), try count($0, right)) }
  }

  private static func sum(_ shares: [Share]) -> Share {
    shares.reduce(into: Share()) { sum, share in
      sum.hits += share.hits
      sum.count += share.count
    }
  }
}
