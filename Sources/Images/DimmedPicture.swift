/// A picture whose inactive patches are dimmed to 31/255 (12 %) of their brightness.
///
/// This is the published pipeline's picture, pixel for pixel: a mask of 224 at inactive
/// patches and 0 at active ones, brought to the picture's size by Pillow and used to
/// lay black over the picture.
package struct DimmedPicture: Sendable {
  private static let inactive: UInt8 = 224

  package let rows: Int
  package let columns: Int
  /// `[rows, columns]`
  package let isActive: [Bool]
  private let filter: ResampleFilter
  private let resizing: PictureResizing

  /// - Parameters:
  ///   - activations: `[rows, columns]` over the whole picture.
  ///   - threshold: activations at or above it are active; the published pipeline's is 1e-5.
  ///   - interpolation: the published code smooths; its figures show patches.
  /// - Throws: `ImageError.wrongCount` or `.empty`.
  package init(
    rows: Int, columns: Int, activations: [Float], threshold: Float = ActivationMask.threshold,
    interpolation: HeatMapStyle.Interpolation = .patches,
    resizing: PictureResizing = .pillow
  ) throws(ImageError) {
    guard rows > 0, columns > 0 else { throw .empty(width: columns, height: rows) }
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, activations.count == count else {
      throw .wrongCount(
        of: "activations", found: activations.count, expected: overflow ? .max : count)
    }
    self.rows = rows
    self.columns = columns
    isActive = activations.map { $0 >= threshold }
    filter = interpolation == .smooth ? .bilinear : .nearest
    self.resizing = resizing
  }

  /// `picture` with everything but the active patches dimmed.
  package func drawn(over picture: Picture) throws(ImageError) -> Picture {
    let levels = isActive.flatMap { [UInt8](repeating: $0 ? 0 : Self.inactive, count: 3) }
    let mask = try Picture(width: columns, height: rows, pixels: levels).resized(
      width: picture.width, height: picture.height, filter: filter, resizing: resizing)
    let pixels = zip(picture.pixels, mask.pixels).map { value, covered in
      let product = Int(value) * (255 - Int(covered)) + 128
      return UInt8(truncatingIfNeeded: ((product >> 8) + product) >> 8)
    }
    return Picture(uncheckedWidth: picture.width, height: picture.height, pixels: pixels)
  }
}
