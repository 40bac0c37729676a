import Tensors

/// The active latents of an activation that takes the k largest of each row, while pre-activations
/// [T, M] arrive in tiles of columns.
struct LargestLatents {
  private let kept: KeptActivations
  private let k: Int
  /// The k largest of each row.
  private var largest: RowTopK
  /// The k largest of what lies below zero, its sign turned; where magnitudes are compared.
  private var turned: RowTopK

  init(_ activation: LatentActivation, rows: Int, k: Int, columns: Int) {
    kept = activation.kept
    self.k = k
    largest = RowTopK(rows: rows, k: k, columns: columns)
    turned = RowTopK(rows: kept == .magnitudes ? rows : 0, k: k, columns: columns)
  }

  static func byteCount(
    _ activation: LatentActivation, rows: Int, k: Int, columns: Int
  ) -> Int {
    let one = RowTopK.byteCount(rows: rows, k: k, columns: columns)
    if case .absoluteTopK = activation { return 2 * one }
    return one
  }

  /// Takes in columns `firstColumn…` of every row, which follow those taken in before.
  mutating func merge(_ tile: Matrix, firstColumn: Int, team: ThreadTeam) {
    largest.merge(tile, firstColumn: firstColumn, positiveOnly: kept != .any, team: team)
    guard kept == .magnitudes else { return }
    turned.merge(tile.scaled(by: -1), firstColumn: firstColumn, positiveOnly: true, team: team)
  }

  func code(latentCount: Int) -> SparseCode {
    guard kept != .positive else { return SparseCode(largest, latentCount: latentCount) }
    var code = SparseCode(latentCount: latentCount)
    for row in 0..<largest.rows { code.appendRow(entries(ofRow: row)) }
    return code
  }

  /// The k of a row with their signs; equal magnitudes by rising latent.
  private func entries(ofRow row: Int) -> [(latent: Int, value: Float)] {
    let (indices, values) = largest.row(row)
    var entries = zip(indices, values).map { (latent: Int($0), value: $1) }
    guard kept == .magnitudes else { return entries }
    let below = turned.row(row)
    entries += zip(below.indices, below.values).map { (latent: Int($0), value: -$1) }
    entries.sort { (abs($1.value), $0.latent) < (abs($0.value), $1.latent) }
    return Array(entries.prefix(k))
  }
}
