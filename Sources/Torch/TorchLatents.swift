package import Tensors

/// The operators of a sparse autoencoder with weights on a device: encoder `[M, D]` with a bias
/// `[M]`, decoder `[M, D_out]`.
///
/// Codes are those of float32 products. What is selected is exact: the k largest of the values that
/// this device computes, equal ones by rising latent.
package struct TorchLatents: Sendable {
  private let operators: TorchOperators
  private let encoder: TorchTensor  // [M, D], of its type
  private let encoderType: TorchType
  private let encoderBias: TorchTensor  // [M]
  private let decoder: TorchTensor  // [M, D_out], of its type
  private let decoderType: TorchType
  package let latentCount: Int
  package let inputSize: Int
  package let outputSize: Int

  private var device: TorchDevice { operators.device }

  /// Latents of a tile: its pre-activations of 600 rows are 40 MB.
  private static let tileWidth = 16_384
  /// Elements of decoder rows that are gathered at once: 128 MB.
  private static let gatheredElements = 1 << 25

  /// Copies the weights; `check` is asked before each 64 MB.
  package init(
    encoder: WeightMatrix, bias: [Float], decoder: WeightMatrix, operators: TorchOperators,
    check: () throws -> Void = {}
  ) throws {
    precondition(
      bias.count == encoder.rows && decoder.rows == encoder.rows,
      "\(bias.count) biases, \(encoder.rows) and \(decoder.rows) latents")
    self.operators = operators
    (latentCount, inputSize, outputSize) = (encoder.rows, encoder.columns, decoder.columns)
    let device = operators.device
    (encoderType, decoderType) = (try TorchType(encoder.type), try TorchType(decoder.type))
    self.encoder = try device.upload(encoder) { _ in try check() }
    self.decoder = try device.upload(decoder) { _ in try check() }
    encoderBias = try device.upload(bias)
  }

  // MARK: Encoding

  /// Of each row of x·W_encᵀ + b the k largest, equal ones by rising latent. x `[T, D]` → `[T, M]`
  /// with at most k entries a row, in that order. A cancel is seen between tiles.
  ///
  /// - Throws: `TorchError.notFinite` where a pre-activation is NaN or infinity.
  package func largest(
    _ x: TorchArray, k: Int, of kept: LargestKeys.Kept = .positive,
    cancellation: Cancellation = .never
  ) throws -> SparseMatrix {
    var best = LargestKeys(rows: x.rows, k: k, of: kept)
    guard k > 0 else { return best.matrix(columns: latentCount) }
    try forEachTile(of: x, cancellation) { tile, range in
      try take(tile, rows: x.rows, range, into: &best)
    }
    return best.matrix(columns: latentCount)
  }

  /// All of x·W_encᵀ + b that exceeds its latent's threshold, `[M]`, by rising latent; nil where it
  /// is more than `most` altogether.
  package func above(
    _ thresholds: TorchVector, _ x: TorchArray, most: Int, cancellation: Cancellation = .never
  ) throws -> SparseMatrix? {
    precondition(thresholds.count == latentCount, "\(thresholds.count) thresholds")
    var entries = [[(column: Int, value: Float)]](repeating: [], count: x.rows)
    var total = 0
    try forEachTile(of: x, cancellation) { tile, range in
      let limits = try thresholds.tensor.view([range.count], offset: range.lowerBound)
      let active = try tile.isAbove(limits)
      let ones = try device.empty([x.rows, range.count])
      try ones.fill(from: active)
      let counts = try operators.rowSums(ones, rows: x.rows, columns: range.count)
        .download(rows: x.rows, columns: 1).values.map { Int($0) }
      total += counts.reduce(0, +)
      let width = counts.max() ?? 0
      guard width > 0, total <= most else { return }
      let (found, places) = try active.choosing(tile, device.number(-.infinity)).top(width)
      let values = try found.download(rows: x.rows, columns: width)
      let columns = try places.download(x.rows * width, as: .int64, zero: Int64(0))
      for (row, count) in counts.enumerated() {
        let new = (0..<count).map {
          (column: Int(columns[row * width + $0]) + range.lowerBound, value: values[row, $0])
        }
        entries[row] += new.sorted { $0.column < $1.column }
      }
    }
    guard total <= most else { return nil }
    var offsets = [0]
    for row in entries { offsets.append((offsets.last ?? 0) + row.count) }
    return SparseMatrix(
      columns: latentCount, offsets: offsets,
      indices: entries.joined().map { Int32(truncatingIfNeeded: $0.column) },
      values: entries.joined().map(\.value))
  }

  /// Calls `body` with the pre-activations of some latents after the other, `[T, count]`.
  private func forEachTile(
    of x: TorchArray, _ cancellation: Cancellation,
    _ body: (TorchTensor, Range<Int>) throws -> Void
  ) throws {
    precondition(x.columns == inputSize, "[T, \(x.columns)] into [T, \(inputSize)]")
    guard x.rows > 0 else { return }
    for first in stride(from: 0, to: latentCount, by: Self.tileWidth) {
      try cancellation.check()
      let range = first..<min(first + Self.tileWidth, latentCount)
      let tile = try preActivations(x, range)
      let isFinite = try tile.allFinite().download(1, as: .bool, zero: UInt8(0)) == [1]
      guard isFinite else { throw try notFinite(tile, rows: x.rows, range) }
      try body(tile, range)
    }
  }

  /// x·W_encᵀ + b of some latents, `[T, count]`, in float32.
  private func preActivations(_ x: TorchArray, _ range: Range<Int>) throws -> TorchTensor {
    let part = try encoder.view(
      [range.count, inputSize], offset: range.lowerBound * inputSize)
    var weights = part
    if encoderType != .float32 {
      weights = try device.empty([range.count, inputSize])
      try weights.fill(from: part)
    }
    let turned = try weights.view([inputSize, range.count], strides: [1, inputSize])
    let bias = try encoderBias.view([range.count], offset: range.lowerBound)
    return try x.tensor().product(turned).plus(bias)
  }

  /// How many more than k are looked at, so that equal values around the k-th are all seen.
  private static let spare = 16

  /// The largest of a tile `[T, count]`.
  private func take(
    _ tile: TorchTensor, rows: Int, _ range: Range<Int>, into best: inout LargestKeys
  ) throws {
    let count = min(range.count, best.k + Self.spare)
    let isSigned = best.kept != .magnitudes
    let (found, places) = try (isSigned ? tile : tile.abs()).top(count)
    let values = try (isSigned ? found : tile.gather(places)).download(rows: rows, columns: count)
    let columns = try places.download(rows * count, as: .int64, zero: Int64(0))
    var whole: Matrix?
    for row in 0..<rows {
      // Where as many as were looked at are equal to the k-th, others may have been left out.
      let isCut =
        count < range.count && best.wants(values[row, count - 1])
        && best.order(values[row, best.k - 1]) == best.order(values[row, count - 1])
      if isCut {
        let tile = try whole ?? tile.download(rows: rows, columns: range.count)
        whole = tile
        best.take(tile.row(row), columns: Array(range), row: row)
      } else {
        best.take(
          values.row(row),
          columns: columns[row * count..<(row + 1) * count].map { Int($0) + range.lowerBound },
          row: row)
      }
    }
  }

  private func notFinite(
    _ tile: TorchTensor, rows: Int, _ range: Range<Int>
  ) throws -> TorchError {
    let place = try tile.download(rows: rows, columns: range.count).firstNonFinite() ?? (0, 0)
    return .notFinite(
      what: "the pre-activation", row: place.row, column: range.lowerBound + place.column)
  }

  // MARK: Decoding

  /// z·W_dec, and `bias` `[D_out]` where there is one: z `[T, M]` → `[T, D_out]`. Reads the rows of
  /// W_dec at which z has entries.
  package func decode(_ z: SparseMatrix, bias: TorchVector?) throws -> TorchArray {
    let result = try device.empty([z.rows, outputSize])
    try forEachTile(z) { rows, width, directions in
      let values = try padded(z, rows, width).view([rows.count, 1, width])
      let part = try values.batchProduct(directions).view([rows.count, outputSize])
      let place = try result.view(
        [rows.count, outputSize], offset: rows.lowerBound * outputSize)
      try place.fill(from: bias.map { try part.plus($0.tensor) } ?? part)
    }
    return TorchArray(result, rows: z.rows, columns: outputSize)
  }

  /// W_dec[j] · g_t for every entry (t, j) of z, in their order: the gradient at z's entries from
  /// that at z·W_dec, g `[T, D_out]`.
  package func decodePullback(_ z: SparseMatrix, outputGradient g: TorchArray) throws -> [Float] {
    precondition(
      g.rows == z.rows && g.columns == outputSize, "a gradient of [\(g.rows), \(g.columns)]")
    var result: [Float] = []
    result.reserveCapacity(z.count)
    try forEachTile(z) { rows, width, directions in
      let gradient = try g.view(
        [rows.count, outputSize, 1], offset: rows.lowerBound * outputSize)
      let dots = try directions.batchProduct(gradient).download(
        rows: rows.count, columns: width)
      for row in rows {
        result += dots.row(row - rows.lowerBound).prefix(z.offsets[row + 1] - z.offsets[row])
      }
    }
    return result
  }

  /// Calls `body` for stretches of rows with as many entries as the longest of them has, at least
  /// one, and the decoder's rows there, `[t, width, D_out]`.
  private func forEachTile(
    _ z: SparseMatrix, _ body: (Range<Int>, Int, TorchTensor) throws -> Void
  ) throws {
    precondition(z.columns == latentCount, "\(z.columns) latents for \(latentCount)")
    var first = 0
    while first < z.rows {
      var (end, width) = (first, 1)
      while end < z.rows {
        let longest = max(width, z.offsets[end + 1] - z.offsets[end])
        let elements = (end + 1 - first) * longest * outputSize
        guard end == first || elements <= Self.gatheredElements else { break }
        (end, width) = (end + 1, longest)
      }
      try body(first..<end, width, directions(z, first..<end, width))
      first = end
    }
  }

  /// The rows of W_dec at the entries of some rows, in float32; the first where there are fewer.
  private func directions(
    _ z: SparseMatrix, _ rows: Range<Int>, _ width: Int
  ) throws -> TorchTensor {
    var indices: [Int] = []
    indices.reserveCapacity(rows.count * width)
    for row in rows {
      let entries = z.indices[z.offsets[row]..<z.offsets[row + 1]]
      indices += entries.map(Int.init)
      indices += [Int](repeating: 0, count: width - entries.count)
    }
    let sizes = [rows.count, width, outputSize]
    let selected = try decoder.select(device.upload(indices), dimension: 0)
    guard decoderType != .float32 else { return try selected.view(sizes) }
    let widened = try device.empty(sizes)
    try widened.fill(from: selected.view(sizes))
    return widened
  }

  /// The values of some rows' entries, zeros behind them, `[t, width]`.
  private func padded(
    _ z: SparseMatrix, _ rows: Range<Int>, _ width: Int
  ) throws -> TorchTensor {
    var values: [Float] = []
    values.reserveCapacity(rows.count * width)
    for row in rows {
      let entries = z.values[z.offsets[row]..<z.offsets[row + 1]]
      values += entries
      values += [Float](repeating: 0, count: width - entries.count)
    }
    return try device.upload(values)
  }
}
