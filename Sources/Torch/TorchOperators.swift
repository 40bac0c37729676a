import Synchronization
package import Tensors

/// The operators of a transformer, each with its pullback, by PyTorch on a device. What each
/// computes is told at the function of the same name in `Tensors`.
///
/// Numbers are float32 but for the factors of products, which are rounded where the host's are.
/// Sums are PyTorch's, in an order of its own that may depend on the number of rows and, in
/// FlashAttention's pullback, on the run: results agree within a tolerance.
package final class TorchOperators: Sendable {
  package let device: TorchDevice
  package let precision: Precision
  let products: TorchProducts
  let constants: TorchConstants
  /// Whether FlashAttention computes what it can.
  let usesFlash: Bool
  private let watch: UploadWatch?

  /// - Parameters:
  ///   - precision: int8 is the host's alone.
  ///   - usesFlash: whether FlashAttention computes what it can; PyTorch has it for CUDA alone.
  ///   - watch: hears of weights as `linear` copies them.
  /// - Throws: `TorchError.unsupported` for int8.
  package init(
    device: TorchDevice, precision: Precision, usesFlash: Bool = true, watch: UploadWatch? = nil
  ) throws(TorchError) {
    guard precision != .int8 else {
      throw .unsupported(
        what: "precision int8 on \(device.place)", expected: "bfloat16 or float32")
    }
    self.device = device
    self.precision = precision
    self.usesFlash = usesFlash && device.isCUDA
    self.watch = watch
    products = TorchProducts(device: device, isRounded: precision != .float32)
    constants = TorchConstants(device)
  }

  /// Whether products with weights of 16 bits are in bfloat16.
  package var roundsProducts: Bool { products.isRounded }

  // MARK: In and out

  package func rows(_ matrix: Matrix) throws -> TorchArray { try device.upload(matrix) }
  package func matrix(_ rows: TorchArray) throws -> Matrix { try rows.download() }
  package func vector(_ values: [Float]) throws -> TorchVector {
    try TorchVector(values, device: device)
  }

  /// Of bfloat16 where products are.
  package func noKeys(columns: Int) throws -> TorchArray {
    let type = products.isRounded ? TorchType.bfloat16 : .float32
    return TorchArray(try device.empty([0, columns], type), type: type, rows: 0, columns: columns)
  }

  /// Copies weights to the device.
  package func linear(_ weight: WeightMatrix, bias: [Float]?) throws -> TorchLinear {
    try copying(weight) { try TorchLinear(weight, bias: bias, products: products, check: $0) }
  }

  /// Calls `copy` with what is to hear of the rows of `weight` that are copied already.
  func copying<Result>(
    _ weight: WeightMatrix, _ copy: (_ check: (Int) throws -> Void) throws -> Result
  ) throws -> Result {
    let size = weight.columns * weight.type.byteCount
    var known = 0
    let result = try copy { rows in
      try watch?.hear(of: (rows - known) * size)
      known = rows
    }
    try watch?.hear(of: (weight.rows - known) * size)
    return result
  }

  /// Whether no value is NaN or infinity; waits for the device.
  package func isFinite(_ x: TorchArray) throws -> Bool {
    guard x.rows * x.columns > 0 else { return true }
    return try x.tensor().allFinite().download(1, as: .bool, zero: UInt8(0)) == [1]
  }

  // MARK: Arithmetic of rows

  package func zeros(rows: Int, columns: Int) throws -> TorchArray {
    let result = try device.empty([rows, columns])
    try result.clear()
    return TorchArray(result, rows: rows, columns: columns)
  }

  /// a + b, of one shape.
  package func sum(_ a: TorchArray, _ b: TorchArray) throws -> TorchArray {
    requireShape(a, b)
    return try like(a, a.tensor().plus(b.tensor()))
  }

  /// a − b, of one shape.
  package func difference(_ a: TorchArray, _ b: TorchArray) throws -> TorchArray {
    requireShape(a, b)
    return try like(a, a.tensor().minus(b.tensor()))
  }

  package func scaled(_ x: TorchArray, by factor: Float) throws -> TorchArray {
    try like(x, x.tensor().times(factor))
  }

  /// Adds `other` `[n, columns]` to the rows from `row` on.
  package func add(_ other: TorchArray, to rows: inout TorchArray, atRow row: Int) throws {
    precondition(
      row >= 0 && row + other.rows <= rows.rows && other.columns == rows.columns,
      "[\(other.rows), \(other.columns)] to row \(row) of [\(rows.rows), \(rows.columns)]")
    if row == 0, other.rows == rows.rows {
      rows = try sum(rows, other)
      return
    }
    let result = try device.empty([rows.rows, rows.columns])
    try result.fill(from: rows.tensor())
    let place = try result.view([other.rows, other.columns], offset: row * rows.columns)
    try place.fill(from: place.plus(other.tensor()))
    rows = like(rows, result)
  }

  /// x `[T, D]`, each column times its factor.
  package func scaled(_ x: TorchArray, columnsBy factors: TorchVector) throws -> TorchArray {
    requireCount(factors, x)
    return try like(x, x.tensor().times(factors.tensor))
  }

  /// Rows one below the other; all have the same number of columns.
  package func stacked(_ parts: [TorchArray]) throws -> TorchArray {
    try stacked(parts, .float32)
  }

  /// These rows as the last of `count`, the others being zero.
  package func asLastRows(_ x: TorchArray, of count: Int) throws -> TorchArray {
    guard x.rows < count else { return x }
    return try stacked([zeros(rows: count - x.rows, columns: x.columns), x])
  }

  /// Σ over the columns of each row of a times the same row of b, in double precision: `[T]`.
  package func rowDots(_ a: TorchArray, _ b: TorchArray) throws -> [Double] {
    requireShape(a, b)
    guard a.rows * a.columns > 0 else { return [Double](repeating: 0, count: a.rows) }
    let left = try device.empty([a.rows, a.columns], .float64)
    try left.fill(from: a.tensor())
    let column = try device.empty([a.columns, 1], .float64)
    try column.fill(from: device.number(1))
    return try left.times(b.tensor()).product(column).download(
      a.rows, as: .float64, zero: 0.0)
  }

  /// Some rows, one below the other.
  package func rows(_ x: TorchArray, _ indices: [Int]) throws -> TorchArray {
    precondition(indices.allSatisfy { $0 >= 0 && $0 < x.rows }, "a row that is not of \(x.rows)")
    let selected = try x.tensor().select(device.upload(indices), dimension: 0)
    return TorchArray(selected, type: x.type, rows: indices.count, columns: x.columns)
  }

  /// a·bᵀ in float32: a `[M, K]`, b `[N, K]` → `[M, N]`.
  package func product(_ a: TorchArray, transposed b: TorchArray) throws -> TorchArray {
    precondition(a.columns == b.columns, "rows of \(a.columns) and \(b.columns)")
    let turned = try b.view([b.columns, b.rows], strides: [1, b.columns])
    return TorchArray(try a.tensor().product(turned), rows: a.rows, columns: b.rows)
  }

  // MARK: Rows of bfloat16

  /// To nearest, ties to even.
  package func rounded(_ x: TorchArray) throws -> TorchRoundedArray {
    TorchRoundedArray(values: try stacked([x], .bfloat16))
  }

  /// Some rows as float32.
  package func floats(_ x: TorchRoundedArray, rows: Range<Int>) throws -> TorchArray {
    try stacked([x.values.slice(rows: rows)])
  }

  /// Rows one below the other.
  package func stacked(_ parts: [TorchRoundedArray]) throws -> TorchRoundedArray {
    TorchRoundedArray(values: try stacked(parts.map(\.values), .bfloat16))
  }

  // MARK: Helpers

  private func stacked(_ parts: [TorchArray], _ type: TorchType) throws -> TorchArray {
    let columns = parts.first?.columns ?? 0
    let rows = parts.reduce(0) { $0 + $1.rows }
    let result = try device.empty([rows, columns], type)
    var row = 0
    for part in parts {
      precondition(part.columns == columns, "rows of \(part.columns) below rows of \(columns)")
      guard part.rows > 0 else { continue }
      try result.view([part.rows, columns], offset: row * columns).fill(from: part.tensor())
      row += part.rows
    }
    return TorchArray(result, type: type, rows: rows, columns: columns)
  }

  func like(_ x: TorchArray, _ tensor: TorchTensor) -> TorchArray {
    TorchArray(tensor, rows: x.rows, columns: x.columns)
  }

  func requireShape(_ a: TorchArray, _ b: TorchArray) {
    precondition(
      a.rows == b.rows && a.columns == b.columns,
      "[\(a.rows), \(a.columns)] and [\(b.rows), \(b.columns)]")
  }

  func requireCount(_ vector: TorchVector, _ x: TorchArray) {
    precondition(
      vector.count == x.columns, "\(vector.count) numbers for rows of \(x.columns)")
  }

  /// The sum of each row of `[rows, columns]`, `[rows, 1]`.
  func rowSums(_ x: TorchTensor, rows: Int, columns: Int) throws -> TorchTensor {
    try x.view([rows, columns]).product(constants.ones(columns))
  }
}

/// Rows of bfloat16 on a device, for what is kept from a forward pass to its pullback.
package struct TorchRoundedArray: Sendable {
  let values: TorchArray

  package var rows: Int { values.rows }
  package var byteCount: Int { values.rows * values.columns * TorchType.bfloat16.byteCount }
  package func slice(rows: Range<Int>) -> TorchRoundedArray {
    TorchRoundedArray(values: values.slice(rows: rows))
  }
}
