import Autoencoders
import Models
import Tensors

/// Measures a target on changed residuals: the blocks above the site run again,
/// several changes side by side.
struct TargetRuns {
  let context: ResidentContext
  let point: SplicePoint
  let terms: [TargetTerm]
  let cancellation: Cancellation

  /// Rows after which a batch of runs is full: enough for the products to be busy rather
  /// than waiting for weights.
  private static let batchRows = 256

  /// The target's value on each of `count` changed residuals, which are made as they are needed.
  func values(
    _ count: Int, reporting progress: (Double) -> Void = { _ in },
    _ make: (Int) throws -> SplicedResidual
  ) throws -> [Float] {
    var results: [Float] = []
    var batch: [SplicedResidual] = []
    for index in 0..<count {
      try cancellation.check()
      batch.append(try make(index))
      if batch.reduce(0, { $0 + $1.residual.rows }) >= Self.batchRows {
        results += try values(of: batch)
        batch = []
        progress(Double(results.count) / Double(count))
      }
    }
    results += try values(of: batch)
    progress(1)
    return results
  }

  private func values(of batch: [SplicedResidual]) throws -> [Float] {
    guard !batch.isEmpty else { return [] }
    let outputs = try point.outputs(
      of: batch, rows: terms.rows, cancellation: cancellation)
    return try outputs.map {
      try context.decoder.value(of: terms, outputs: $0, from: terms.rows.lowerBound)
    }
  }
}
