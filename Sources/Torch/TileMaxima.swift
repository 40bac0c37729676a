import Tensors

/// The k largest pre-activations of rows whose latents come in tiles, kept on a device.
///
/// Of each tile a few more than k are kept, and of those in the end a few more than k are read: an
/// operator that takes the largest says nothing of which of equal ones it takes. Where as many as
/// were looked at are equal to the k-th, all of the row's are asked for.
struct TileMaxima {
  private let rows: Int
  private let k: Int
  private let kept: KeptActivations
  private let latentCount: Int
  private let tileWidth: Int
  /// How many are kept of a row, of all tiles together.
  private let width: Int
  /// Of each tile the place of its first among those kept of a row, and of the end.
  private var offsets = [0]
  private let values: TorchTensor  // [T, width], with their signs
  private let places: TorchTensor  // [T, width] of int64, within their tiles

  /// How many more than k are looked at.
  private static let spare = 16

  /// - Parameters:
  ///   - k: at most `latentCount`.
  ///   - tileWidth: latents of every tile but the last.
  init(
    rows: Int, k: Int, of kept: KeptActivations, latentCount: Int, tileWidth: Int,
    device: TorchDevice
  ) throws {
    (self.rows, self.k, self.kept) = (rows, k, kept)
    (self.latentCount, self.tileWidth) = (latentCount, tileWidth)
    width = stride(from: 0, to: latentCount, by: tileWidth).reduce(0) {
      $0 + min(tileWidth, latentCount - $1, k + Self.spare)
    }
    values = try device.empty([rows, width])
    places = try device.empty([rows, width], .int64)
  }

  /// Takes in a tile `[T, range.count]`, whose latents follow those taken in before.
  mutating func take(_ tile: TorchTensor, _ range: Range<Int>) throws {
    let count = min(range.count, k + Self.spare)
    let offset = offsets.last ?? 0
    let top = try top(count, of: tile)
    for (whole, part) in [(values, top.values), (places, top.places)] {
      try whole.view([rows, count], strides: [width, 1], offset: offset).fill(from: part)
    }
    offsets.append(offset + count)
  }

  /// The largest of each row with their signs, and their places.
  private func top(
    _ count: Int, of tensor: TorchTensor
  ) throws -> (values: TorchTensor, places: TorchTensor) {
    guard kept == .magnitudes else { return try tensor.top(count) }
    let places = try tensor.abs().top(count).places
    return (try tensor.gather(places), places)
  }

  /// The k largest of each row, equal ones by rising latent, in that order.
  ///
  /// - Parameter all: every pre-activation of a row.
  func largest(all: (_ row: Int) throws -> [Float]) throws -> SparseMatrix {
    let count = min(width, k + Self.spare)
    let top = try top(count, of: values)
    let found = try top.values.download(rows: rows, columns: count)
    let merged = try top.places.download(rows * count, as: .int64, zero: Int64(0))
    let within = try places.gather(top.places).download(
      rows * count, as: .int64, zero: Int64(0))
    let tiles = tileOfPlace()
    let least = try leastOfTiles()
    var (offsets, indices, values): ([Int], [Int32], [Float]) = ([0], [], [])
    for row in 0..<rows {
      var least = least.row(row)
      if count < width { least.append(found[row, count - 1]) }
      var entries = (0..<count).map { place in
        let entry = row * count + place
        return (
          column: tiles[Int(merged[entry])] * tileWidth + Int(within[entry]),
          value: found[row, place]
        )
      }
      let kth = entries[k - 1].value
      if kept.wants(kth), least.contains(where: { kept.order($0) == kept.order(kth) }) {
        entries = try all(row).enumerated().map { ($0, $1) }
      }
      let largest = kept.largest(k, of: entries)
      indices += largest.map { Int32(truncatingIfNeeded: $0.column) }
      values += largest.map(\.value)
      offsets.append(indices.count)
    }
    return SparseMatrix(
      columns: latentCount, offsets: offsets, indices: indices, values: values)
  }

  /// The number of the tile that each place among those kept is of.
  private func tileOfPlace() -> [Int] {
    zip(offsets, offsets.dropFirst()).enumerated().flatMap { tile, ends in
      [Int](repeating: tile, count: ends.1 - ends.0)
    }
  }

  /// The least that was kept of each tile, `[T, tiles]`: more that equal it may have been left out.
  private func leastOfTiles() throws -> Matrix {
    let ends = offsets.dropFirst()
    let least = try device.empty([rows, ends.count])
    for (tile, end) in ends.enumerated() {
      let column = try values.view([rows, 1], strides: [width, 1], offset: end - 1)
      try least.view([rows, 1], strides: [ends.count, 1], offset: tile).fill(from: column)
    }
    return try least.download(rows: rows, columns: ends.count)
  }

  private var device: TorchDevice { values.device }
}
