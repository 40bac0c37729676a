import KernelProtocol

/// Some pixels of a picture.
struct PixelMask {
  let width: Int
  let height: Int
  private let isSet: [Bool]

  init(width: Int, height: Int, _ contains: (Int, Int) -> Bool) {
    self.width = width
    self.height = height
    isSet = (0..<width * height).map { contains($0 % width, $0 / width) }
  }

  /// The share of a box's pixels that belong to the mask, 0 to 1; a pixel counts where its centre does.
  func share(of box: Box) -> Double {
    func range(_ from: Double, _ to: Double, _ limit: Int) -> Range<Int> {
      let lower = Int(min(max(0, (from - 0.5).rounded(.up)), Double(limit)))
      let upper = Int(min(max(0, (to - 0.5).rounded(.up)), Double(limit)))
      return lower..<max(lower, upper)
    }
    let rows = range(box.y0, box.y1, height)
    let columns = range(box.x0, box.x1, width)
    guard !rows.isEmpty, !columns.isEmpty else { return 0 }
    let count = rows.reduce(0) { count, y in
      count + columns.count { isSet[y * width + $0] }
    }
    return Double(count) / Double(rows.count * columns.count)
  }
}
