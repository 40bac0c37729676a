package import Tensors

/// Makes the 8-bit weights of one checkpoint while its model is built, or
/// finds them in their cache.
///
/// It belongs to the thread that loads. Matrices are made one at a time, so that beside the
/// finished ones nothing is held.
package final class WeightQuantiser {
  /// What a load may take and whom it tells.
  package struct Options {
    /// Where made weights are kept for the next load; nil: nowhere.
    package var cacheFolder: String?
    /// Refuses, by throwing, so many bytes of memory; asked once, before the first matrix is made.
    package var reserve: (_ bytes: Int) throws -> Void
    /// How much is made, from 0 to 1.
    package var progress: (Double) -> Void
    package var cancellation: Cancellation
    /// Something to be told although nothing failed.
    package var warn: (String) -> Void

    package init(
      cacheFolder: String? = nil, reserve: @escaping (_ bytes: Int) throws -> Void = { _ in },
      progress: @escaping (Double) -> Void = { _ in }, cancellation: Cancellation = .never,
      warn: @escaping (String) -> Void = { _ in }
    ) {
      self.cacheFolder = cacheFolder
      self.reserve = reserve
      self.progress = progress
      self.cancellation = cancellation
      self.warn = warn
    }
  }

  private let options: Options
  private let team: ThreadTeam
  private let totalBytes: Int
  private let cache: QuantisedCache?
  private var cached: SafetensorsFile?
  /// What was handed out, by name.
  private var weights: [String: WeightMatrix] = [:]
  private var madeBytes = 0

  /// - Parameter totalBytes: of all the 8-bit weights that will be asked for.
  package init(
    checkpoint: Checkpoint, totalBytes: Int, options: Options, team: ThreadTeam
  ) throws(CheckpointError) {
    self.options = options
    self.team = team
    self.totalBytes = totalBytes
    if let folder = options.cacheFolder {
      cache = try QuantisedCache(folder: folder, checkpoint: checkpoint)
    } else {
      cache = nil
    }
    cached = cache?.open()
  }

  /// The 8-bit weights for `matrix`, the tensor `name`.
  ///
  /// Throws `CheckpointError.notFiniteRow`, `CancellationError` and what the
  /// options' `reserve` throws.
  package func callAsFunction(_ matrix: WeightMatrix, named name: String) throws -> WeightMatrix {
    if let known = weights[name] { return known }
    if let found = find(name, rows: matrix.rows, columns: matrix.columns) {
      weights[name] = found
      return found
    }
    if madeBytes == 0 { try options.reserve(totalBytes) }
    do {
      let made = try matrix.quantised(team: team) { try options.cancellation.check() }
      weights[name] = made
      madeBytes += made.byteCount
      options.progress(min(1, Double(madeBytes) / Double(max(1, totalBytes))))
      return made
    } catch TensorError.notFinite(let row) {
      throw CheckpointError.notFiniteRow(name, row: row)
    }
  }

  /// The matrix in the cache, if it is there with finite scales and the right shape.
  private func find(_ name: String, rows: Int, columns: Int) -> WeightMatrix? {
    guard let cached, let entry = try? cached.entry(name), entry.type == .int8,
      entry.shape == [rows, columns],
      let scales = try? cached.vector(QuantisedCache.scalesName(name), count: rows),
      scales.allSatisfy({ $0.isFinite && $0 >= 0 })
    else { return nil }
    return try? WeightMatrix(
      file: cached.file, byteOffset: entry.byteOffset, type: .int8, rows: rows, columns: columns,
      scales: scales)
  }

  /// Writes the cache where something was made that it did not have; whether everything can be had
  /// from it now, so that asking again frees the memory. A cache that cannot be written is done
  /// without, with a warning.
  package func save() throws -> Bool {
    guard let cache, madeBytes > 0 else { return false }
    do {
      try cache.write(weights) { try options.cancellation.check() }
    } catch let error as CheckpointError {
      options.warn("the 8-bit weights were not kept for the next load: \(error)")
      return false
    }
    guard let file = cache.open() else { return false }
    cached = file
    weights = [:]
    madeBytes = 0
    return true
  }

  /// Bytes of what was handed out in this process's memory.
  package var heldBytes: Int {
    weights.values.reduce(0) { $0 + ($1.isMapped ? 0 : $1.byteCount) }
  }

  /// Bytes of what was handed out as pages of the cache.
  package var mappedBytes: Int {
    weights.values.reduce(0) { $0 + ($1.isMapped ? $1.byteCount : 0) }
  }
}
