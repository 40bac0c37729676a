package import Tensors

/// The operators of a sparse autoencoder with weights on a device: encoder `[M, D]` with a bias
/// `[M]`, decoder `[M, D_out]`.
///
/// Codes are those of float32 products. What is selected is exact: the k largest of the values that
/// this device computes, equal ones by rising latent.
package struct TorchLatents: LatentOperators {
  private let operators: TorchOperators
  private let encoder: TorchTensor  // [M, D], of its type
  private let encoderType: TorchType
  private let encoderBias: TorchTensor  // [M]
  private let decoder: TorchTensor  // [M, D_out], of its type
  private let decoderType: TorchType
  package let latentCount: Int
  package let inputSize: Int
  package let outputSize: Int

  package var byteCount: Int {
    latentCount
      * (inputSize * encoderType.byteCount + outputSize * decoderType.byteCount
        + MemoryLayout<Float>.stride)
  }

  private var device: TorchDevice { operators.device }

  /// Latents of a tile: its pre-activations of 600 rows are 40 MB.
  private static let tileWidth = 16_384
  /// Elements of decoder rows that are gathered at once: 128 MB.
  private static let gatheredElements = 1 << 25

  /// Copies the weights; whoever watches what is made of `operators` hears of them.
  package init(
    encoder: WeightMatrix, bias: [Float], decoder: WeightMatrix, operators: TorchOperators
  ) throws {
    precondition(
      bias.count == encoder.rows && decoder.rows == encoder.rows,
      "\(bias.count) biases, \(encoder.rows) and \(decoder.rows) latents")
    self.operators = operators
    let device = operators.device
    (latentCount, inputSize, outputSize) = (encoder.rows, encoder.columns, decoder.columns)
    (encoderType, decoderType) = (try TorchType(encoder.type), try TorchType(decoder.type))
    self.encoder = try operators.copying(encoder) { try device.upload(encoder, check: $0) }
    self.decoder = try operators.copying(decoder) { try device.upload(decoder, check: $0) }
    encoderBias = try device.upload(bias)
  }

  // MARK: Encoding

  package func largest(
    _ x: Matrix, k: Int, of kept: KeptActivations, cancellation: Cancellation
  ) throws -> SparseMatrix {
    let k = min(k, latentCount)
    guard k > 0, x.rows > 0 else {
      return SparseMatrix(
        columns: latentCount, offsets: [Int](repeating: 0, count: x.rows + 1), indices: [],
        values: [])
    }
    let rows = try device.upload(x)
    var found = try TileMaxima(
      rows: x.rows, k: k, of: kept, latentCount: latentCount, tileWidth: Self.tileWidth,
      device: device)
    try forEachTile(of: rows, cancellation) { tile, range in try found.take(tile, range) }
    return try found.largest { row in
      try preActivations(of: rows.slice(rows: row..<row + 1), cancellation)
    }
  }

  /// Of one row all, `[M]`.
  private func preActivations(
    of row: TorchArray, _ cancellation: Cancellation
  ) throws -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(latentCount)
    try forEachTile(of: row, cancellation) { tile, range in
      values += try tile.download(rows: 1, columns: range.count).values
    }
    return values
  }

  package func above(
    _ thresholds: [Float], _ x: Matrix, most: Int, cancellation: Cancellation
  ) throws -> SparseMatrix? {
    precondition(thresholds.count == latentCount, "\(thresholds.count) thresholds")
    let limits = try device.upload(thresholds)
    var entries = [[(column: Int, value: Float)]](repeating: [], count: x.rows)
    var total = 0
    try forEachTile(of: device.upload(x), cancellation) { tile, range in
      let limits = try limits.view([range.count], offset: range.lowerBound)
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
      guard isFinite else {
        let place = try tile.download(rows: x.rows, columns: range.count).firstNonFinite()
        throw NotFiniteActivation(
          row: place?.row ?? 0, column: range.lowerBound + (place?.column ?? 0))
      }
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

  // MARK: Decoding

  package func decode(_ z: SparseMatrix, bias: [Float]?) throws -> Matrix {
    let bias = try bias.map { try device.upload($0) }
    let result = try device.empty([z.rows, outputSize])
    try forEachTile(z) { rows, width, directions in
      let values = try padded(z, rows, width).view([rows.count, 1, width])
      let part = try values.batchProduct(directions).view([rows.count, outputSize])
      let place = try result.view(
        [rows.count, outputSize], offset: rows.lowerBound * outputSize)
      try place.fill(from: bias.map { try part.plus($0) } ?? part)
    }
    return try result.download(rows: z.rows, columns: outputSize)
  }

  package func decodePullback(
    _ z: SparseMatrix, outputGradient g: Matrix
  ) throws -> [Float] {
    precondition(
      g.rows == z.rows && g.columns == outputSize, "a gradient of [\(g.rows), \(g.columns)]")
    let gradients = try device.upload(g)
    var result: [Float] = []
    result.reserveCapacity(z.count)
    try forEachTile(z) { rows, width, directions in
      let gradient = try gradients.view(
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
