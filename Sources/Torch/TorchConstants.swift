import Synchronization
import Tensors

/// What operators need again and again on a device: made when it is first wanted, then kept.
final class TorchConstants: Sendable {
  private let device: TorchDevice
  private let kept = Mutex(Kept())

  private struct Kept {
    /// 0, 1, 2 …, int64.
    var ramp: TorchTensor?
    var ones: TorchTensor?
    /// The last used last.
    var tables: [Table] = []
  }

  /// Cosines and sines of an embedding at some places.
  private struct Table {
    let inverseFrequencies: [Float]
    let axes: [Int]
    let scale: Float
    let positions: RowPositions
    let rows: Int
    let turns: TorchTurns

    func isOf(_ embedding: RotaryEmbedding, _ positions: RowPositions, rows: Int) -> Bool {
      self.rows == rows && self.positions == positions && scale == embedding.scale
        && axes == embedding.axes && inverseFrequencies == embedding.inverseFrequencies
    }
  }

  /// A model's layers have two embeddings at most, queries and keys other rows of a sequence.
  private static let tableCount = 4

  init(_ device: TorchDevice) { self.device = device }

  /// The whole numbers of a range as a tensor of `sizes`, one size its count and the others 1.
  func numbers(_ range: Range<Int>, _ sizes: [Int]) throws -> TorchTensor {
    precondition(range.lowerBound >= 0, "numbers from \(range.lowerBound)")
    let ramp = try kept.withLock { kept in
      if let ramp = kept.ramp, ramp.count >= range.upperBound { return ramp }
      var count = 4_096
      while count < range.upperBound { count *= 2 }
      let ramp = try device.upload(Array(0..<count))
      kept.ramp = ramp
      return ramp
    }
    return try ramp.view(sizes, offset: range.lowerBound)
  }

  /// `[count, 1]`, float32.
  func ones(_ count: Int) throws -> TorchTensor {
    let ones = try kept.withLock { kept in
      if let ones = kept.ones, ones.count >= count { return ones }
      var length = 4_096
      while length < count { length *= 2 }
      let ones = try device.empty([length])
      try ones.fill(from: device.number(1))
      kept.ones = ones
      return ones
    }
    return try ones.view([count, 1])
  }

  /// What turns rows at `positions`.
  func turns(
    _ embedding: RotaryEmbedding, at positions: RowPositions, rows: Int
  ) throws -> TorchTurns {
    let found = kept.withLock { kept in
      kept.tables.first { $0.isOf(embedding, positions, rows: rows) }?.turns
    }
    if let found { return found }
    let made = try makeTurns(embedding, at: positions, rows: rows)
    kept.withLock { kept in
      if kept.tables.count == Self.tableCount { kept.tables.removeFirst() }
      kept.tables.append(
        Table(
          inverseFrequencies: embedding.inverseFrequencies, axes: embedding.axes,
          scale: embedding.scale, positions: positions, rows: rows, turns: made))
    }
    return made
  }

  /// Angles are float32 products, as on the host.
  private func makeTurns(
    _ embedding: RotaryEmbedding, at positions: RowPositions, rows: Int
  ) throws -> TorchTurns {
    let half = embedding.headSize / 2
    let places: TorchTensor  // [rows, 1] or [rows, half]
    switch positions {
    case .consecutive(let first):
      places = try device.empty([rows, 1])
      try places.fill(from: numbers(first..<first + rows, [rows, 1]))
    case .listed(let axes):
      let table = try device.upload(axes.flatMap { $0.map { Float($0) } })
      let byRow = try table.view([rows, axes.count], strides: [1, rows])
      places = try byRow.select(device.upload(embedding.axes), dimension: 1)
    }
    let frequencies = try device.upload(embedding.inverseFrequencies).view([1, half])
    let angles = try places.times(frequencies)
    return TorchTurns(
      cosines: try angles.cos().times(embedding.scale).view([rows, 1, half]),
      sines: try angles.sin().times(embedding.scale).view([rows, 1, half]))
  }
}

/// Cosines and sines `[T, 1, d/2]`.
struct TorchTurns: Sendable {
  let cosines: TorchTensor
  let sines: TorchTensor
}
