import CKernels

/// Places of a matrix `[T, out]` by output: output j at the rows `rows[starts[j]..<starts[j + 1]]`.
package struct OutputPlaces: Sendable {
  package let starts: [Int]
  package let rows: [Int32]

  /// - Parameter starts: one more than there are outputs, rising from 0 to the number of rows.
  package init(starts: [Int], rows: [Int32]) {
    precondition(starts.first == 0 && starts.last == rows.count, "starts that do not fit")
    (self.starts, self.rows) = (starts, rows)
  }
}

/// Multiplications between two looks at a cancellation: some hundredths of a second.
private let multiplicationsAtOnce = 1 << 28

/// Some elements of y = x·Wᵀ + b, x `[T, in]`, in the order of `places`: bit for bit those of
/// `Linear` in float32, W's rows read once, in order.
package func elementProduct(
  _ x: Matrix, _ weight: WeightMatrix, bias: [Float], at places: OutputPlaces, compute: Compute,
  cancellation: Cancellation = .never
) throws(CancellationError) -> [Float] {
  precondition(x.columns == weight.columns, "[T, \(x.columns)] into [T, \(weight.columns)]")
  precondition(
    bias.count == weight.rows && places.starts.count == weight.rows + 1,
    "\(bias.count) biases and \(places.starts.count - 1) outputs of \(weight.rows)")
  precondition(
    places.rows.allSatisfy { $0 >= 0 && Int($0) < x.rows }, "a row that is not among \(x.rows)")
  var values = [Float](repeating: 0, count: places.rows.count)
  let threads = compute.team.threadCount
  let most = max(threads, multiplicationsAtOnce / max(1, x.columns))
  let ranges = evenRanges(places.starts, most: max(8, most / threads), threads: threads)
  for first in stride(from: 0, to: ranges.count, by: threads) {
    try cancellation.check()
    unsafe values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      nonisolated(unsafe) let target = unsafe base
      compute.team.run(min(threads, ranges.count - first)) { index in
        unsafe write(x, weight, bias, places, ranges[first + index], compute.path, to: target)
      }
    }
  }
  return values
}

private func write(
  _ x: Matrix, _ weight: WeightMatrix, _ bias: [Float], _ places: OutputPlaces,
  _ range: Range<Int>, _ path: KernelPath, to target: UnsafeMutablePointer<Float>
) {
  unsafe weight.withAddress { address in
    unsafe places.starts.withUnsafeBufferPointer { starts in
      unsafe places.rows.withUnsafeBufferPointer { rows in
        let tokens = x.rows
        unsafe x.withPointer { x in
          var sparse = unsafe kernel_sparse(
            offsets: starts.baseAddress, indices: rows.baseAddress, values: nil)
          var dense = unsafe kernel_dense(
            elements: address, type: weight.type.code, columns: weight.columns)
          unsafe kernel_elements(
            path.code, &sparse, &dense, tokens, bias, x, target, range.lowerBound,
            range.upperBound)
        }
      }
    }
  }
}

/// Ranges of outputs with about as many places each, at most `most` where one output has no more.
private func evenRanges(_ starts: [Int], most: Int, threads: Int) -> [Range<Int>] {
  let (outputs, count) = (starts.count - 1, starts.last ?? 0)
  let rounds = (count + most * threads - 1) / (most * threads)
  let parts = max(1, min(rounds * threads, count / 8))
  var ranges: [Range<Int>] = []
  var begin = 0
  for part in 1...parts {
    var end = part == parts ? outputs : begin
    let wanted = count * part / parts
    while end < outputs, starts[end] < wanted { end += 1 }
    if end > begin { ranges.append(begin..<end) }
    begin = end
  }
  return ranges
}
