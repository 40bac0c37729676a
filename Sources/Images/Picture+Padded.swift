extension Picture {
  /// The picture in the middle of a square of one colour, brought to `side`: byte for byte as if
  /// the square were made and then resized, without making it.
  ///
  /// A long and narrow picture's square would be far larger than the picture.
  ///
  /// - Parameters:
  ///   - background: red, green and blue of the square. Of an odd number of rows or columns that
  ///     are left over, one more stands behind the picture than before it.
  ///   - filter: bilinear or bicubic.
  /// - Throws: `ImageError.empty` for a `side` below one, `.tooLarge` above 2^14.
  package func paddedToSquare(
    background: [UInt8], side: Int, filter: ResampleFilter, resizing: PictureResizing
  ) throws(ImageError) -> Picture {
    precondition(background.count == 3 && filter != .nearest, "a filter that has no kernel")
    try PictureLimits(side: 1 << 14, pixels: 1 << 28).check(width: side, height: side)
    let square = max(width, height)
    // Of a square, every library brings the columns to their number first.
    let kernel = ResampleKernel(
      inputLength: square, outputLength: side, filter: filter, resizing: resizing)
    let left = (square - width) / 2
    let rows = columnsReplaced(by: kernel, behind: left, background: background)
    let outside = Picture(uncheckedWidth: 1, height: 1, pixels: background)
      .columnsReplaced(by: kernel, behind: 0, background: background)
    return rows.rowsReplaced(by: kernel, behind: (square - height) / 2, outside: outside)
  }

  /// The kernel's columns of the picture, which stands behind `left` columns of one colour and
  /// before more of them.
  private func columnsReplaced(
    by kernel: ResampleKernel, behind left: Int, background: [UInt8]
  ) -> Picture {
    let side = kernel.starts.count
    var result = [UInt8](repeating: 0, count: side * height * 3)
    for x in 0..<side {
      let (inside, outside) = kernel.taps(of: x, inside: left..<left + width)
      for y in 0..<height {
        for channel in 0..<3 {
          var sum = kernel.half &+ Int32(background[channel]) &* outside
          for tap in inside {
            let column = kernel.starts[x] + tap - kernel.offsets[x] - left
            sum &+= Int32(pixels[(y * width + column) * 3 + channel]) &* kernel.weights[tap]
          }
          result[(y * side + x) * 3 + channel] = kernel.byte(sum)
        }
      }
    }
    return Picture(uncheckedWidth: side, height: height, pixels: result)
  }

  /// The kernel's rows of the picture, which stands behind `top` rows like the one of `outside` and
  /// before more of them.
  private func rowsReplaced(
    by kernel: ResampleKernel, behind top: Int, outside: Picture
  ) -> Picture {
    let (side, stride) = (kernel.starts.count, width * 3)
    var result = [UInt8](repeating: 0, count: stride * side)
    for y in 0..<side {
      let (inside, weight) = kernel.taps(of: y, inside: top..<top + height)
      var sums = outside.pixels.map { kernel.half &+ Int32($0) &* weight }
      for tap in inside {
        let from = (kernel.starts[y] + tap - kernel.offsets[y] - top) * stride
        for index in 0..<stride {
          sums[index] &+= Int32(pixels[from + index]) &* kernel.weights[tap]
        }
      }
      for index in 0..<stride { result[y * stride + index] = kernel.byte(sums[index]) }
    }
    return Picture(uncheckedWidth: width, height: side, pixels: result)
  }
}

extension ResampleKernel {
  /// The taps of an output whose input lies in `range`, and the sum of the weights of all others.
  fileprivate func taps(of output: Int, inside range: Range<Int>) -> (Range<Int>, Int32) {
    let all = offsets[output]..<offsets[output + 1]
    let shift = all.lowerBound - starts[output]
    let inside = (range.lowerBound + shift..<range.upperBound + shift).clamped(to: all)
    var outside: Int32 = 0
    for tap in all where !inside.contains(tap) { outside &+= weights[tap] }
    return (inside, outside)
  }
}
