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

extension SparseAutoencoder {
  /// Elements of [T, M] that are held at once: 16 MB, which stay in a large third-level cache.
  static let tileElements = 4 << 20

  /// The code of x [T, D]: the k largest positive pre-activations of each row, exact, equal ones
  /// by rising latent; without top-k, all that pass their threshold.
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
  /// Where activations are signed, on W_enc(x − b_dec) + b_enc, and nothing is cut off.
  /// A latent of rank k + 1 may enter, and a small clamp may be lost: `dropped` says which.
  package func encode(
    _ x: Matrix, changing changes: [LatentChange], cancellation: Cancellation = .never,
    tileElements: Int = tileElements
  ) throws -> Reselection {
    try check(width: x, "the activations")
    for change in changes { try change.check(rowCount: x.rows, latentCount: latentCount) }
    let (centered, frames) = encoderInput(x)
    if let thresholds {
      guard changes.isEmpty else { throw AutoencoderError.nothingToReselect(activation.name) }
      let code =
        try engineCode(of: centered, above: thresholds, cancellation: cancellation)
        ?? code(
          of: centered, above: thresholds, cancellation: cancellation, tileElements: tileElements)
      return Reselection(code: code.framed(frames), dropped: [])
    }
    let (code, changed) =
      try engineCode(of: centered, changing: changes, cancellation: cancellation)
      ?? searchCode(
        of: centered, changing: changes, cancellation: cancellation, tileElements: tileElements)
      ?? sortedCode(
        of: centered, changing: changes, cancellation: cancellation, tileElements: tileElements)
    let dropped = changed.requests.filter { code.value(row: $0.row, latent: $0.latent) == 0 }
    return Reselection(
      code: code.framed(frames),
      dropped: dropped.sorted { ($0.row, $0.latent) < ($1.row, $1.latent) })
  }

  /// ReLU(W_enc(x − b_dec) + b_enc) of some latents only: x [T, D] → [T, latents.count]; without
  /// the ReLU where activations are signed.
  package func preActivations(_ x: Matrix, latents wanted: [Int]) throws -> Matrix {
    try check(width: x, "the activations")
    try check(latents: wanted)
    guard !wanted.isEmpty, x.rows > 0 else {
      return Matrix(rows: x.rows, columns: wanted.count)
    }
    let layer = Linear(
      WeightMatrix(encoder.gather(rows: wanted)), bias: wanted.map { encoderBias[$0] },
      compute: compute)
    let values = layer(encoderInput(x).rows)
    return activation.isSigned ? values : Activation.relu(values)
  }

  /// What the encoder reads of x [T, D], and what undoes the normalisation of each row, where it is
  /// undone.
  private func encoderInput(_ x: Matrix) -> (rows: Matrix, frames: [RowFrame]) {
    let (rows, frames) = normalisation(x)
    return (
      subtractsDecoderBias ? rows.subtracting(row: decoderBias, team: compute.team) : rows,
      undoesNormalisation ? frames : []
    )
  }

  /// The code by float32 products of everything: what `searchCode` is held to.
  func sortedCode(
    of centered: Matrix, changing changes: [LatentChange], cancellation: Cancellation,
    tileElements: Int
  ) throws -> (code: SparseCode, changed: ChangedLatents) {
    let product = TiledProduct(centered, encoder, bias: encoderBias, compute: compute)
    var best = LargestLatents(activation, rows: centered.rows, k: k, columns: latentCount)
    var tile = Matrix(rows: 0, columns: 0)
    var changed = ChangedLatents(isSigned: activation.isSigned)
    for range in tiles(rows: centered.rows, elements: tileElements) {
      try cancellation.check()
      product.write(range, to: &tile)
      if let place = tile.firstNonFinite() {
        throw AutoencoderError.notFinite(
          what: "the pre-activation", row: place.row, column: range.lowerBound + place.column)
      }
      for change in changes where range.contains(change.latent) {
        let column = change.latent - range.lowerBound
        for row in change.distinctRows {
          tile[row, column] = try changed.apply(change, row: row, to: tile[row, column])
        }
      }
      best.merge(tile, firstColumn: range.lowerBound, team: compute.team)
    }
    return (best.code(latentCount: latentCount), changed)
  }

  /// Tiles of latents, multiples of 64 or 1,024, so that products run on whole panels and threads
  /// share them evenly, and not so wide that reading them from memory would keep a cancellation
  /// waiting.
  func tiles(rows: Int, elements: Int) -> [Range<Int>] {
    guard rows > 0 else { return [] }
    let widest = rounding == .bfloat16AsRead ? Self.latentsRoundedAtOnce : latentCount
    let width = min(
      widest, Self.tileWidth(rows: rows, latentCount: latentCount, elements: elements))
    return stride(from: 0, to: latentCount, by: width).map { $0..<min(latentCount, $0 + width) }
  }

  /// Of an encoder that is rounded as it is read: 32 MB of 4,096 inputs.
  private static let latentsRoundedAtOnce = 4_096

  static func tileWidth(rows: Int, latentCount: Int, elements: Int) -> Int {
    let fitting = min(elements / max(1, rows), 1 << 14)
    let unit = fitting >= 1_024 ? 1_024 : fitting >= 64 ? 64 : 1
    return min(latentCount, max(1, fitting / unit * unit))
  }

  /// About the bytes that encoding [rows, D] takes at most beside the activations, its result
  /// included.
  package func encodingBytes(rows: Int) -> Int {
    let tile =
      rows * Self.tileWidth(rows: rows, latentCount: latentCount, elements: Self.tileElements)
      + (rounding == .bfloat16AsRead ? Self.latentsRoundedAtOnce * inputSize / 2 : 0)
    if thresholds != nil {
      let searching = CandidateSearch.byteCount(
        rows: rows, inputs: inputSize, capacity: Self.searchedActive, columns: latentCount)
      return 4 * (tile + 2 * rows * inputSize) + rows * min(latentCount, Self.mostActive) * 16
        + (searchCompute == nil ? 0 : searching)
    }
    let sorting =
      rows * inputSize * 4
      + LargestLatents.byteCount(activation, rows: rows, k: k, columns: latentCount)
    let searching = CandidateSearch.byteCount(
      rows: rows, inputs: inputSize, k: k, columns: latentCount)
    return 4 * (tile + rows * inputSize) + rows * k * 8
      + (searchCompute == nil ? sorting : sorting + searching)
  }
}

extension SparseCode {
  init(_ best: RowTopK, latentCount: Int) {
    self.init(latentCount: latentCount)
    for row in 0..<best.rows {
      let (indices, values) = best.row(row)
      appendSorted(indices: indices, values: values)
    }
  }
}
