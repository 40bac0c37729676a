package import FeatureIndex
package import Images

/// Where a latent counts as active in a picture, pixel by pixel, for an overlap with a mask.
package struct ActivePixels: Sendable {
  package enum Rule: Sendable, Equatable {
    /// Any activation; the map is enlarged bilinearly, as Pillow does, and every pixel that an
    /// active patch has any share of counts. The paper's: a patch reaches half a patch into its
    /// neighbours.
    case smoothed
    /// Activations of at least so much, patches laid over the pixels as they are.
    case patches(atLeast: Float)
  }

  package let width: Int
  package let height: Int
  /// `[height, width]`
  package let pixels: [Bool]

  /// - Parameters:
  ///   - grid: the view's; for `smoothed` it is stretched over the whole picture.
  ///   - boxes: the pixels under each patch, in order; nil where it sees only padding.
  /// - Throws: `ImageError` for a grid or a picture without extent.
  package init(
    _ map: ActivationMap, grid: GridSize, boxes: [PixelBox?], width: Int, height: Int, rule: Rule
  ) throws(ImageError) {
    self.width = width
    self.height = height
    switch rule {
    case .smoothed:
      var levels = [UInt8](repeating: Self.inactive, count: grid.count * 3)
      for (position, value) in zip(map.positions, map.values)
      where value >= ActivationMask.threshold && Int(position) < grid.count {
        for channel in 0..<3 { levels[Int(position) * 3 + channel] = 0 }
      }
      let enlarged = try Picture(width: grid.columns, height: grid.rows, pixels: levels)
        .resized(width: width, height: height, filter: .bilinear, resizing: .pillow)
      pixels = stride(from: 0, to: enlarged.pixels.count, by: 3).map {
        enlarged.pixels[$0] < Self.inactive
      }
    case .patches(let least):
      var pixels = [Bool](repeating: false, count: width * height)
      for (position, value) in zip(map.positions, map.values) where value >= least && value > 0 {
        guard boxes.indices.contains(Int(position)), let box = boxes[Int(position)] else {
          continue
        }
        let (columns, rows) = box.wholePixels(width: width, height: height)
        for row in rows {
          for column in columns { pixels[row * width + column] = true }
        }
      }
      self.pixels = pixels
    }
  }

  /// The level of inactive patches in the published code's masks.
  private static let inactive: UInt8 = 224

  /// |A ∩ M| / |A ∪ M| with a mask `[height, width]`; 0 where both are empty.
  package func intersectionOverUnion(with mask: [Bool]) -> Double {
    var (common, union) = (0, 0)
    for (active, masked) in zip(pixels, mask) {
      if active && masked { common += 1 }
      if active || masked { union += 1 }
    }
    return union > 0 ? Double(common) / Double(union) : 0
  }
}
