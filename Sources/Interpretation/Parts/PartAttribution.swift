import Autoencoders
import Models
import Tensors

/// Measures what the parts of a context contribute to a target.
///
/// A share is a property of a set of features: what the target loses when all of them go to
/// zero at once. A sum of first-order scores is not that, and often not even of the same sign.
/// Top-k is not taken again here, whatever the splice says: the features that would enter
/// belong to the same part.
package struct PartAttribution {
  let attribution: Attribution
  let question: PartQuestion
  let parts: [ContextPart]
  let progress: (Double) -> Void

  private var point: SplicePoint { attribution.point }
  private var tokenCount: Int { attribution.context.tokenCount }

  package init(
    _ question: PartQuestion, of attribution: Attribution, progress: @escaping (Double) -> Void
  ) throws {
    self.attribution = attribution
    guard attribution.points.count == 1 else {
      throw InterpretationError.badValue(
        "the parts' shares are those of the features of one autoencoder, and "
          + "\(attribution.points.count) are asked about: ask for parts by occlusion, or about one "
          + "autoencoder at a time")
    }
    self.question = question
    self.progress = progress
    parts = question.parts ?? attribution.context.parts
    try question.check(parts)
  }

  /// - Parameter found: the attribution's own result, which `sum` adds up.
  package func callAsFunction(_ found: AttributionResult) throws -> PartShares {
    let rows = parts.map { self.rows(of: $0) }
    let counts = rows.map { activeCount($0) }
    var runs = Runs(attribution, active: point.code.activeRows, progress: progress)
    let whole = Set(rows.joined())
    let everything = Set(0..<tokenCount)
    runs.want([], whole, everything)
    let active = parts.indices.filter { counts[$0] > 0 }
    switch question.method {
    case .ablation: for part in active { runs.want(rows[part]) }
    case .shapley:
      for subset in 0..<1 << active.count { runs.want(zeroed(active, except: subset, rows)) }
    case .sum: break
    }
    let measured = try runs.measure()
    func value(_ cleared: Set<Int>) -> Float { measured.value(cleared) }
    let shares: [Float] =
      switch question.method {
      case .ablation: rows.map { value([]) - value($0) }
      case .shapley:
        shapley(parts.count, active: active) { value(zeroed(active, except: $0, rows)) }
      case .sum: rows.map { $0.reduce(0) { $0 + found.byPosition[$1] } }
      }
    let sum = shares.reduce(0.0) { $0 + Double($1) }
    let (target, start) = (found.targetValue, value(whole))
    let features = question.method == .sum ? Float(sum) : value([]) - start
    return PartShares(
      shares: zip(zip(parts, shares), counts).map {
        .init(part: $0.0.name, score: $0.1, activeCount: $1)
      },
      identity: .init(
        target: target, start: start, features: features,
        interaction: question.method == .ablation ? features - Float(sum) : 0,
        errorTerm: value(everything) - measured.bias, bias: measured.bias,
        elsewhere: start - value(everything), gap: target - start - features),
      runs: measured.count)
  }

  /// The rows of a part that the attribution's question covers.
  private func rows(of part: ContextPart) -> Set<Int> {
    let covered = attribution.covers()
    return Set(part.positions.joined().filter { covered[$0] })
  }

  private func activeCount(_ rows: Set<Int>) -> Int {
    rows.reduce(0) { $0 + point.code.range(ofRow: $1).count }
  }

  /// The rows of the active parts whose bit is not set.
  private func zeroed(_ active: [Int], except subset: Int, _ rows: [Set<Int>]) -> Set<Int> {
    active.enumerated().reduce(into: []) { result, pair in
      if subset & (1 << pair.offset) == 0 { result.formUnion(rows[pair.element]) }
    }
  }

  /// φ_i = Σ over subsets S without i of |S|! (n − |S| − 1)! / n! · (v(S ∪ i) − v(S)); zero for
  /// parts without features (Shapley 1953).
  private func shapley(_ count: Int, active: [Int], _ value: (Int) -> Float) -> [Float] {
    let n = active.count
    let values = (0..<1 << n).map { Double(value($0)) }
    let factorials = (0...max(n, 1)).map { (0..<$0).reduce(1.0) { $0 * Double($1 + 1) } }
    var shares = [Float](repeating: 0, count: count)
    for (bit, part) in active.enumerated() {
      var share = 0.0
      for subset in values.indices where subset & (1 << bit) == 0 {
        let size = subset.nonzeroBitCount
        let weight = factorials[size] * factorials[n - size - 1] / factorials[n]
        share += weight * (values[subset | 1 << bit] - values[subset])
      }
      shares[part] = Float(share)
    }
    return shares
  }
}

/// The runs of one measurement, each made once: by the rows whose features are zero.
private struct Runs {
  private let attribution: Attribution
  private let active: Set<Int>
  private let progress: (Double) -> Void
  private var wanted: [Set<Int>] = []
  private var known: Set<Set<Int>> = []

  init(_ attribution: Attribution, active: Set<Int>, progress: @escaping (Double) -> Void) {
    self.attribution = attribution
    self.active = active
    self.progress = progress
  }

  mutating func want(_ cleared: Set<Int>...) {
    for rows in cleared where known.insert(rows.intersection(active)).inserted {
      wanted.append(rows.intersection(active))
    }
  }

  func measure() throws -> Measured {
    let point = attribution.point
    let errorTerm = attribution.question.splice.errorTerm
    let values = try attribution.runs(from: point).values(
      wanted.count + 1, reporting: progress
    ) { index in
      guard index < wanted.count else {
        return try point.biasAlone(
          rows: attribution.context.tokenCount, errorTerm: errorTerm,
          cancellation: attribution.cancellation)
      }
      var cleared = [Bool](repeating: false, count: point.rowCount)
      for row in wanted[index] { cleared[row] = true }
      return try point.clearing(
        cleared, errorTerm: errorTerm, cancellation: attribution.cancellation)
    }
    return Measured(
      active: active, values: Dictionary(uniqueKeysWithValues: zip(wanted, values)),
      bias: values.last ?? 0, count: values.count)
  }

  struct Measured {
    let active: Set<Int>
    let values: [Set<Int>: Float]
    let bias: Float
    let count: Int

    /// The target with these rows' features at zero; every set was asked for beforehand.
    func value(_ cleared: Set<Int>) -> Float { values[cleared.intersection(active)] ?? .nan }
  }
}

extension SparseCode {
  /// The rows at which a latent is active.
  fileprivate var activeRows: Set<Int> {
    Set((0..<rows).filter { !range(ofRow: $0).isEmpty })
  }
}

extension SplicePoint {
  /// The decoder's bias alone at the first `rows` rows, neither features nor error, in the place of
  /// what is made there; a continuation stays as it is, or has its reconstruction with the error
  /// term dropped.
  fileprivate func biasAlone(
    rows: Int, errorTerm: Splice.ErrorTerm, cancellation: Cancellation
  ) throws -> SplicedResidual {
    var bare = code.slice(rows: 0..<rows).emptied()
    bare.append(code.slice(rows: rows..<rowCount))
    var residual = try rebuilt(bare, cancellation: cancellation).stream
    if errorTerm == .keep, rows < rowCount {
      residual = residual.slice(rows: 0..<rows)
      residual.append(stream.slice(rows: rows..<rowCount))
    }
    return SplicedResidual(
      start: 0, residual: try residual.usableResidual(), receipt: InterventionReceipt())
  }
}
