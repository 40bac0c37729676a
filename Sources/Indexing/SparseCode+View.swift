import Autoencoders
import FeatureIndex

extension SparseCode {
  /// Some rows as an index takes them: the latents of each rising.
  func view(rows: Range<Int>) -> ItemCode.View {
    let start = range(ofRow: rows.lowerBound).lowerBound
    var latents: [Int32] = []
    var values: [Float] = []
    var offsets = [0]
    var keys: [UInt64] = []
    for row in rows {
      let range = range(ofRow: row)
      // A latent above the bits of its value: one sort of plain numbers moves both.
      keys.removeAll(keepingCapacity: true)
      for index in range {
        keys.append(
          UInt64(UInt32(bitPattern: indices[index])) << 32 | UInt64(self.values[index].bitPattern))
      }
      keys.sort()
      for key in keys {
        latents.append(Int32(truncatingIfNeeded: key >> 32))
        values.append(Float(bitPattern: UInt32(truncatingIfNeeded: key)))
      }
      offsets.append(range.upperBound - start)
    }
    return ItemCode.View(latents: latents, values: values, offsets: offsets)
  }
}
