import Tensors

/// The active latents of some rows (tokens): for each row its latents and their values, by falling
/// value, equal values by rising latent. A value of zero is never kept.
package struct SparseCode: Sendable, Equatable {
  /// M, the number of latents that an index may name.
  package let latentCount: Int
  /// The latents of all rows, one row after the other.
  package private(set) var indices: [Int32] = []
  /// The values beside `indices`.
  package private(set) var values: [Float] = []
  /// Where each row begins; one more than there are rows.
  private(set) var offsets: [Int] = [0]
  /// What undoes the normalisation of each row; empty where none has one.
  private var frames: [RowFrame?] = []

  /// A code of no rows.
  package init(latentCount: Int) {
    self.latentCount = latentCount
  }

  /// The number of rows (tokens).
  package var rows: Int { offsets.count - 1 }

  /// The number of active latents of all rows together.
  package var activeCount: Int { values.count }

  /// The mean number of active latents of a row; 0 where there are no rows.
  package var l0: Double { rows == 0 ? 0 : Double(activeCount) / Double(rows) }

  /// The bytes that the code keeps.
  package var byteCount: Int {
    activeCount * 8 + offsets.count * 8 + frames.count * MemoryLayout<RowFrame?>.stride
  }

  /// Where row `row` lies in `indices` and `values`.
  package func range(ofRow row: Int) -> Range<Int> { offsets[row]..<offsets[row + 1] }

  /// What undoes the normalisation of row `row`; nil where its input was not normalised.
  package func frame(ofRow row: Int) -> RowFrame? { frames.isEmpty ? nil : frames[row] }

  /// The latents of one row and their values.
  package func row(_ row: Int) -> (indices: ArraySlice<Int32>, values: ArraySlice<Float>) {
    let range = range(ofRow: row)
    return (indices[range], values[range])
  }

  /// z [T, M], or other values at its latents, in their order.
  func matrix(values: [Float]? = nil) -> SparseMatrix {
    SparseMatrix(
      columns: latentCount, offsets: offsets, indices: indices, values: values ?? self.values)
  }

  /// The value of one latent at one row, 0 where it is not active.
  package func value(row: Int, latent: Int) -> Float {
    let (indices, values) = self.row(row)
    guard let place = indices.firstIndex(where: { Int($0) == latent }) else { return 0 }
    return values[place]
  }

  /// The latents that are active at some row, each once and in order.
  package func activeLatents() -> [Int] {
    Set(indices).sorted().map(Int.init)
  }

  /// Adds a row; what comes is sorted and rid of zeros.
  /// - Parameter frame: what undoes the row's normalisation, where it has one.
  package mutating func appendRow(
    _ entries: [(latent: Int, value: Float)], frame: RowFrame? = nil
  ) {
    let kept = entries.filter { $0.value != 0 }.sorted {
      $0.value != $1.value ? $0.value > $1.value : $0.latent < $1.latent
    }
    indices.append(contentsOf: kept.map { Int32($0.latent) })
    values.append(contentsOf: kept.map(\.value))
    close(frame)
  }

  /// Adds a row that is sorted and free of zeros already.
  mutating func appendSorted(
    indices: some Collection<Int32>, values: some Collection<Float>, frame: RowFrame? = nil
  ) {
    self.indices.append(contentsOf: indices)
    self.values.append(contentsOf: values)
    close(frame)
  }

  /// Ends the row whose entries were appended.
  private mutating func close(_ frame: RowFrame?) {
    offsets.append(values.count)
    if frame != nil, frames.isEmpty { frames = Array(repeating: nil, count: rows - 1) }
    if frame != nil || !frames.isEmpty { frames.append(frame) }
  }

  /// The same code with one frame a row.
  func framed(_ frames: [RowFrame]) -> SparseCode {
    precondition(frames.isEmpty || frames.count == rows, "\(frames.count) frames of \(rows) rows")
    var result = self
    result.frames = frames
    return result
  }

  /// The same rows with nothing active: what is decoded from it is the decoder's bias alone.
  package func emptied() -> SparseCode {
    var result = SparseCode(latentCount: latentCount)
    for row in 0..<rows { result.appendRow([], frame: frame(ofRow: row)) }
    return result
  }

  /// Adds the rows of another code of the same autoencoder.
  package mutating func append(_ other: SparseCode) {
    precondition(other.latentCount == latentCount, "codes of two autoencoders")
    let (base, known) = (values.count, rows)
    indices.append(contentsOf: other.indices)
    values.append(contentsOf: other.values)
    offsets.append(contentsOf: other.offsets.dropFirst().map { $0 + base })
    guard !frames.isEmpty || !other.frames.isEmpty else { return }
    if frames.isEmpty { frames = Array(repeating: nil, count: known) }
    frames += other.frames.isEmpty ? Array(repeating: nil, count: other.rows) : other.frames
  }

  /// The code of some of the rows.
  package func slice(rows: Range<Int>) -> SparseCode {
    var result = SparseCode(latentCount: latentCount)
    for row in rows {
      let (indices, values) = self.row(row)
      result.appendSorted(indices: indices, values: values, frame: frame(ofRow: row))
    }
    return result
  }

  /// The code with some latents changed after top-k was taken: nothing enters or leaves but the
  /// latents named. Changes are made one after the other; two of one latent add up.
  package func changing(_ changes: [LatentChange]) throws(AutoencoderError) -> SparseCode {
    var byRow: [Int: [LatentChange]] = [:]
    for change in changes {
      try change.check(rowCount: rows, latentCount: latentCount)
      for row in change.distinctRows { byRow[row, default: []].append(change) }
    }
    var result = SparseCode(latentCount: latentCount)
    for row in 0..<rows {
      let (indices, values) = self.row(row)
      guard let changes = byRow[row] else {
        result.appendSorted(indices: indices, values: values, frame: frame(ofRow: row))
        continue
      }
      var entries = zip(indices, values).map { (latent: Int($0), value: $1) }
      for change in changes {
        if let place = entries.firstIndex(where: { $0.latent == change.latent }) {
          entries[place].value = change.apply(to: entries[place].value)
        } else {
          entries.append((change.latent, change.apply(to: 0)))
        }
      }
      for entry in entries where !entry.value.isFinite {
        throw .notFinite(what: "the changed code", row: row, column: entry.latent)
      }
      result.appendRow(entries, frame: frame(ofRow: row))
    }
    return result
  }

  /// `self − other`, row by row and latent by latent; latents that are equal in both are left out.
  package func difference(from other: SparseCode) throws(AutoencoderError) -> SparseCode {
    guard other.rows == rows else {
      throw .mismatch(what: "the number of rows of the code", found: other.rows, expected: rows)
    }
    guard other.latentCount == latentCount else {
      throw .mismatch(
        what: "the number of latents of the code", found: other.latentCount, expected: latentCount)
    }
    var result = SparseCode(latentCount: latentCount)
    for row in 0..<rows {
      let (newIndices, newValues) = self.row(row)
      let (oldIndices, oldValues) = other.row(row)
      if newIndices == oldIndices, newValues == oldValues {
        result.appendRow([], frame: frame(ofRow: row))
        continue
      }
      var change: [Int: Float] = [:]
      for (latent, value) in zip(newIndices, newValues) { change[Int(latent)] = value }
      for (latent, value) in zip(oldIndices, oldValues) {
        change[Int(latent), default: 0] -= value
      }
      result.appendRow(
        change.map { (latent: $0.key, value: $0.value) }, frame: frame(ofRow: row))
    }
    return result
  }
}
