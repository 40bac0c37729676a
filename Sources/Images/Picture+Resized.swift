extension Picture {
  /// The picture at another size, byte for byte as the library that `resizing` names makes it.
  ///
  /// - Throws: `ImageError.empty` when a side is below one, `.tooLarge` above 2^28 pixels.
  package func resized(
    width newWidth: Int, height newHeight: Int, filter: ResampleFilter,
    resizing: PictureResizing = .pillow
  ) throws(ImageError) -> Picture {
    let limits = PictureLimits(side: 1 << 24, pixels: 1 << 28)
    try limits.check(width: newWidth, height: newHeight)
    if newWidth == width, newHeight == height { return self }
    if filter == .nearest { return resizedNearest(width: newWidth, height: newHeight) }
    let verticalFirst = resizing.isVerticalFirst(
      width: width, height: height, newWidth: newWidth, newHeight: newHeight)
    if verticalFirst {
      return withHeight(newHeight, filter, resizing).withWidth(newWidth, filter, resizing)
    }
    return withWidth(newWidth, filter, resizing).withHeight(newHeight, filter, resizing)
  }

  private func withWidth(
    _ newWidth: Int, _ filter: ResampleFilter, _ resizing: PictureResizing
  ) -> Picture {
    if newWidth == width { return self }
    let kernel = ResampleKernel(
      inputLength: width, outputLength: newWidth, filter: filter, resizing: resizing)
    let source = pixels
    var result = [UInt8](repeating: 0, count: newWidth * height * 3)
    for y in 0..<height {
      let row = y * width
      for x in 0..<newWidth {
        var (red, green, blue) = (kernel.half, kernel.half, kernel.half)
        var from = (row + kernel.starts[x]) * 3
        for tap in kernel.offsets[x]..<kernel.offsets[x + 1] {
          let weight = kernel.weights[tap]
          red &+= Int32(source[from]) &* weight
          green &+= Int32(source[from + 1]) &* weight
          blue &+= Int32(source[from + 2]) &* weight
          from += 3
        }
        let to = (y * newWidth + x) * 3
        result[to] = kernel.byte(red)
        result[to + 1] = kernel.byte(green)
        result[to + 2] = kernel.byte(blue)
      }
    }
    return Picture(uncheckedWidth: newWidth, height: height, pixels: result)
  }

  private func withHeight(
    _ newHeight: Int, _ filter: ResampleFilter, _ resizing: PictureResizing
  ) -> Picture {
    if newHeight == height { return self }
    let kernel = ResampleKernel(
      inputLength: height, outputLength: newHeight, filter: filter, resizing: resizing)
    let source = pixels
    let stride = width * 3
    var result = [UInt8](repeating: 0, count: stride * newHeight)
    var sums = [Int32](repeating: 0, count: stride)
    for y in 0..<newHeight {
      for index in 0..<stride { sums[index] = kernel.half }
      for tap in kernel.offsets[y]..<kernel.offsets[y + 1] {
        let weight = kernel.weights[tap]
        let from = (kernel.starts[y] + tap - kernel.offsets[y]) * stride
        for index in 0..<stride { sums[index] &+= Int32(source[from + index]) &* weight }
      }
      for index in 0..<stride { result[y * stride + index] = kernel.byte(sums[index]) }
    }
    return Picture(uncheckedWidth: width, height: newHeight, pixels: result)
  }

  private func resizedNearest(width newWidth: Int, height newHeight: Int) -> Picture {
    let columns = Self.nearest(from: width, to: newWidth)
    let rows = Self.nearest(from: height, to: newHeight)
    var result: [UInt8] = []
    result.reserveCapacity(newWidth * newHeight * 3)
    for row in rows {
      for column in columns {
        let from = (row * width + column) * 3
        result.append(pixels[from])
        result.append(pixels[from + 1])
        result.append(pixels[from + 2])
      }
    }
    return Picture(uncheckedWidth: newWidth, height: newHeight, pixels: result)
  }

  /// Source index of each output index. Pillow adds the step up instead of
  /// multiplying, which decides ties.
  private static func nearest(from length: Int, to newLength: Int) -> [Int] {
    let step = Double(length) / Double(newLength)
    var position = step * 0.5
    return (0..<newLength).map { _ in
      defer { position += step }
      return min(Int(position), length - 1)
    }
  }
}
