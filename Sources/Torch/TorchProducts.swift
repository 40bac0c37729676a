/// How factors of products are rounded on a device.
struct TorchProducts: Sendable {
  let device: TorchDevice
  /// Whether factors are rounded to bfloat16 where the host's are.
  let isRounded: Bool

  /// Whether factors of bfloat16 are multiplied as they are, with sums in float32.
  var isWide: Bool { device.isCUDA }

  /// `view`'s elements without gaps, as `sizes`, as a product takes them: rounded where products
  /// are of rounded numbers.
  func factor(_ view: TorchTensor, _ sizes: [Int]) throws -> TorchTensor {
    guard isRounded else { return try copied(view, sizes, .float32) }
    let rounded = try copied(view, sizes, .bfloat16)
    return try isWide ? rounded : copied(rounded.view(sizes), sizes, .float32)
  }

  /// A product of two factors that `factor` made, or of views of them, in float32.
  func product(_ a: TorchTensor, _ b: TorchTensor, batched: Bool) throws -> TorchTensor {
    if isRounded, isWide { return try a.wideProduct(b, batched: batched) }
    return try batched ? a.batchProduct(b) : a.product(b)
  }

  /// All elements of a tensor without gaps in float32; its sizes are lost.
  func widened(_ tensor: TorchTensor) throws -> TorchTensor {
    try copied(tensor.view([tensor.count]), [tensor.count], .float32)
  }

  private func copied(
    _ view: TorchTensor, _ sizes: [Int], _ type: TorchType
  ) throws -> TorchTensor {
    let result = try device.empty(sizes, type)
    try result.fill(from: view)
    return result
  }
}
