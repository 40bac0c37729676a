import Tensors

/// y = x·Wᵀ + b with weights W `[out, in]` on a device, in the type of their file; what is rounded
/// is told at `Tensors.Linear`.
///
/// CUDA multiplies bfloat16 factors and sums in float32. The processor's part of PyTorch has no
/// such product: there weights are widened once, which changes no number, and multiplied in
/// float32. On CUDA float16 weights are widened for every product, which takes their size in
/// float32 for as long.
package struct TorchLinear: Sendable {
  package let rows: Int
  package let columns: Int
  private let weight: TorchTensor
  /// Of the weights as they lie on the device.
  private let type: TorchType
  /// Whether x, or dY, is rounded to bfloat16.
  private let rounds: Bool
  private let bias: TorchVector?
  private let products: TorchProducts

  /// Copies the weights to the device.
  ///
  /// - Parameter check: asked before each piece of weights, with the rows that are there already.
  /// - Throws: `TorchError.unsupported` for int8.
  init(
    _ weight: WeightMatrix, bias: [Float]?, products: TorchProducts,
    check: (Int) throws -> Void = { _ in }
  ) throws {
    precondition(
      bias.map { $0.count == weight.rows } ?? true, "a bias for \(weight.rows) outputs")
    (rows, columns) = (weight.rows, weight.columns)
    rounds = weight.type == .bfloat16 && products.isRounded
    let uploaded = try products.device.upload(weight, check: check)
    let isKept = products.isWide || weight.type == .float32
    type = isKept ? try TorchType(weight.type) : .float32
    self.weight = isKept ? uploaded : try products.widened(uploaded)
    self.bias = try bias.map { try TorchVector($0, device: products.device) }
    self.products = products
  }

  /// Bytes on the device.
  package var byteCount: Int { rows * columns * type.byteCount + (bias?.count ?? 0) * 4 }

  /// x `[T, in]` → `[T, out]`.
  package func callAsFunction(_ x: TorchArray) throws -> TorchArray {
    try forward(x, bias: bias)
  }

  /// What y gains where x gains `change` `[T, in]`: change·Wᵀ.
  package func withoutBias(_ change: TorchArray) throws -> TorchArray {
    try forward(change, bias: nil)
  }

  /// The gradient at y `[T, out]` → the gradient at x `[T, in]`: dY·W.
  package func pullback(_ outputGradient: TorchArray) throws -> TorchArray {
    precondition(
      outputGradient.columns == rows, "[T, \(outputGradient.columns)] into [T, \(rows)]")
    return try product(
      outputGradient, columns: columns, factor: { try $0.view([rows, columns]) })
  }

  /// What reaches the bias of the gradient at y `[T, out]`: Σ_t b·dY_t, zero without a bias.
  package func biasShare(_ outputGradient: TorchArray) throws -> Double {
    guard let bias, outputGradient.rows > 0 else { return 0 }
    let device = products.device
    let gradient = try device.empty([outputGradient.rows, rows], .float64)
    try gradient.fill(from: outputGradient.tensor())
    let column = try device.empty([rows, 1], .float64)
    try column.fill(from: bias.tensor.view([rows, 1]))
    let shares = try gradient.product(column).download(
      outputGradient.rows, as: .float64, zero: 0.0)
    return shares.reduce(0, +)
  }

  private func forward(_ x: TorchArray, bias: TorchVector?) throws -> TorchArray {
    precondition(x.columns == columns, "[T, \(x.columns)] into [T, \(columns)]")
    let y = try product(
      x, columns: rows, factor: { try $0.view([columns, rows], strides: [1, columns]) })
    guard let bias else { return y }
    return TorchArray(try y.tensor().plus(bias.tensor), rows: y.rows, columns: y.columns)
  }

  /// x times the view of the weights that `factor` makes.
  private func product(
    _ x: TorchArray, columns: Int, factor: (TorchTensor) throws -> TorchTensor
  ) throws -> TorchArray {
    guard x.rows > 0 else {
      return TorchArray(try products.device.empty([0, columns]), rows: 0, columns: columns)
    }
    let result: TorchTensor
    if rounds {
      let rounded = try products.factor(x.tensor(), [x.rows, x.columns])
      result = try products.product(rounded, factor(weight), batched: false)
    } else {
      let weights = try type == .float32 ? weight : products.widened(weight)
      result = try x.tensor().product(factor(weights))
    }
    return TorchArray(result, rows: x.rows, columns: columns)
  }
}

/// One number a column, on a device.
package struct TorchVector: Sendable {
  let tensor: TorchTensor  // [count]
  package let count: Int

  init(_ values: [Float], device: TorchDevice) throws {
    (tensor, count) = (try device.upload(values), values.count)
  }
}
