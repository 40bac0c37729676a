package import Tensors

/// What re-selection made of changed pre-activations.
package struct Reselection: Sendable, Equatable {
  /// A latent that was given a value which was not among the k largest of its row.
  package struct DroppedLatent: Sendable, Hashable {
    package let row: Int
    package let latent: Int
  }

  package let code: SparseCode
  /// The changes that top-k lost, by row, then by latent.
  package let dropped: [DroppedLatent]
}

extension TopKAutoencoder {
  /// Elements of [T, M] that are held at once: 32 MiB, which leaves room in memory for a model.
  static let tileElements = 8 << 20

  /// The code of x [T, D]: the k largest positive pre-activations of each row, exact, equal ones
  /// by rising latent.
  ///
  /// The pre-activations [T, M] are made in tiles of latents and never held whole; `cancellation`
  /// is seen between tiles.
  package func encode(
    _ x: Matrix, cancellation: Cancellation = .never, tileElements: Int = tileElements
  ) throws -> SparseCode {
    try encode(x, changing: [], cancellation: cancellation, tileElements: tileElements).code
  }

  /// The code of x [T, D] with some pre-activations changed before top-k is taken.
  ///
  /// Changes act on ReLU(W_enc(x − b_dec) + b_enc); what they leave below zero counts as zero.
  /// A latent of rank k + 1 may enter, and a small clamp may be lost: `dropped` says which.
  package func encode(
    _ x: Matrix, changing changes: [LatentChange], cancellation: Cancellation = .never,
    tileElements: Int = tileElements
  ) throws -> Reselection {
    try check(width: x, "the activations")
    for change in changes { try change.check(rowCount: x.rows, latents: latents) }
    let centered = x.subtracting(row: decoderBias, team: compute.team)
    var best = RowTopK(rows: x.rows, k: k, columns: latents)
    var given: [Reselection.DroppedLatent: Bool] = [:]
    let width = Self.tileWidth(rows: x.rows, latents: latents, elements: tileElements)
    for first in stride(from: 0, to: x.rows == 0 ? 0 : latents, by: width) {
      try cancellation.check()
      let range = first..<min(latents, first + width)
      var tile = encoderLayer(range)(centered)
      if let place = tile.firstNonFinite() {
        throw AutoencoderError.notFinite(
          what: "the pre-activation", row: place.row, column: first + place.column)
      }
      for change in changes where range.contains(change.latent) {
        for row in change.distinctRows {
          let old = max(0, tile[row, change.latent - first])
          let new = change.apply(to: old)
          guard new.isFinite else {
            throw AutoencoderError.notFinite(
              what: "the changed pre-activation", row: row, column: change.latent)
          }
          tile[row, change.latent - first] = new
          given[.init(row: row, latent: change.latent)] = change.isRequest(for: new)
        }
      }
      best.merge(tile, firstColumn: first, positiveOnly: true, team: compute.team)
    }
    let code = SparseCode(best, latents: latents)
    let dropped = given.filter { place, wanted in
      wanted && code.value(row: place.row, latent: place.latent) == 0
    }
    return Reselection(
      code: code, dropped: dropped.keys.sorted { ($0.row, $0.latent) < ($1.row, $1.latent) })
  }

  /// ReLU(W_enc(x − b_dec) + b_enc) of some latents only: x [T, D] → [T, latents.count].
  package func preActivations(_ x: Matrix, latents wanted: [Int]) throws -> Matrix {
    try check(width: x, "the activations")
    try check(latents: wanted)
    guard !wanted.isEmpty, x.rows > 0 else {
      return Matrix(rows: x.rows, columns: wanted.count)
    }
    let layer = Linear(
      WeightMatrix(encoder.gather(rows: wanted)), bias: wanted.map { encoderBias[$0] },
      compute: compute)
    return Activation.relu(layer(x.subtracting(row: decoderBias)))
  }

  private func encoderLayer(_ range: Range<Int>) -> Linear {
    Linear(encoder.slice(rows: range), bias: Array(encoderBias[range]), compute: compute)
  }

  /// About the bytes that encoding [rows, D] takes beside the activations, its result included.
  package func encodingBytes(rows: Int) -> Int {
    let tile = rows * Self.tileWidth(rows: rows, latents: latents, elements: Self.tileElements)
    return 4 * (tile + rows * inputSize) + rows * k * 8
      + RowTopK.byteCount(rows: rows, k: k, columns: latents)
  }

  /// Tiles are multiples of 64 latents, so that products run on whole panels.
  static func tileWidth(rows: Int, latents: Int, elements: Int) -> Int {
    let fitting = elements / max(1, rows)
    return min(latents, fitting < 64 ? max(1, fitting) : fitting & ~63)
  }
}

extension LatentChange {
  /// Whether `value`, which this change made, should show in the code.
  fileprivate func isRequest(for value: Float) -> Bool {
    switch rule {
    case .clamp: value != 0
    case .add: value > 0
    case .scale, .zero: false
    }
  }
}

extension SparseCode {
  init(_ best: RowTopK, latents: Int) {
    self.init(latents: latents)
    for row in 0..<best.rows {
      let (indices, values) = best.row(row)
      appendSorted(indices: indices, values: values)
    }
  }
}
