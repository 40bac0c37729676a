import KernelProtocol

/// What a clamp does to questions that it was not chosen on.
struct ClampEvaluation {
  /// Questions of one sort and how many fared as hoped.
  struct Share {
    var hits = 0
    var count = 0
    /// Of 1; none where there is no question.
    var share: Double? { count > 0 ? Double(hits) / Double(count) : nil }
  }

  /// Probes that the model answers wrongly, and how many of these the clamp turns right.
  let corrected: Share
  /// Questions answered rightly, and how many stay right.
  let kept: Share
  /// The same for random features, added up over the draws.
  let controlCorrected: Share
  let controlKept: Share

  static let draws = 5

  /// - Parameters:
  ///   - probes: questions about what is not to be seen.
  ///   - others: questions about what is.
  ///   - controls: the clamp moved to random features, one a draw.
  init(
    _ clamp: Clamp, controls: [Clamp], probes: [Asked], others: [Asked], interview: Interview
  ) throws {
    let wrong = probes.filter { !$0.isRight }
    let right = (probes + others).filter(\.isRight)
    func count(_ clamp: Clamp, _ asked: [Asked]) throws -> Share {
      let hits = try asked.count { question in
        let outputs = try interview.steered(clamp, question).outputs
        return trimmed(outputs.first { $0.name == .steered }?.text ?? "") == question.right
      }
      return Share(hits: hits, count: asked.count)
    }
    func sum(_ shares: [Share]) -> Share {
      shares.reduce(into: Share()) { sum, share in
        sum.hits += share.hits
        sum.count += share.count
      }
    }
    corrected = try count(clamp, wrong)
    kept = try count(clamp, right)
    controlCorrected = sum(try controls.map { try count($0, wrong) })
    controlKept = sum(try controls.map { try count($0, right) })
  }
}

/// Random features to clamp instead, the same every time.
struct ControlDraw {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// `count` distinct features of `pool`; fewer where it has fewer.
  mutating func features(_ count: Int, of pool: [FeatureRef]) -> [FeatureRef] {
    var pool = pool
    return (0..<min(count, pool.count)).map { _ in pool.remove(at: next(below: pool.count)) }
  }

  /// SplitMix64 (Steele, Lea and Flood 2014).
  private mutating func next(below bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ mixed >> 31) % UInt64(bound))
  }
}
