import CTorch

/// The operators that are used, one function each; what they compute is told in `ctorch.h`.
extension TorchTensor {
  private func oneIn(_ operation: Int, _ name: String) throws -> TorchTensor {
    try withExtendedLifetime(self) {
      try unsafe device.made(name) { unsafe ctorch_one_in($0, Int32(operation), handle, $1) }
    }
  }

  func exp() throws -> TorchTensor { try oneIn(CTORCH_EXP, "exp") }
  func log() throws -> TorchTensor { try oneIn(CTORCH_LOG, "log") }
  func sigmoid() throws -> TorchTensor { try oneIn(CTORCH_SIGMOID, "sigmoid") }
  func rsqrt() throws -> TorchTensor { try oneIn(CTORCH_RSQRT, "rsqrt") }
  func relu() throws -> TorchTensor { try oneIn(CTORCH_RELU, "relu") }
  func erfc() throws -> TorchTensor { try oneIn(CTORCH_ERFC, "erfc") }
  func cos() throws -> TorchTensor { try oneIn(CTORCH_COS, "cos") }
  func sin() throws -> TorchTensor { try oneIn(CTORCH_SIN, "sin") }
  func abs() throws -> TorchTensor { try oneIn(CTORCH_ABS, "abs") }
  func silu() throws -> TorchTensor { try oneIn(CTORCH_SILU, "silu") }

  /// Whether no element is NaN or infinity: one element.
  func allFinite() throws -> TorchTensor {
    try oneIn(CTORCH_IS_FINITE, "isfinite").oneIn(CTORCH_ALL, "all")
  }

  private func twoIn(_ operation: Int, _ other: TorchTensor, _ name: String) throws -> TorchTensor {
    try withExtendedLifetime((self, other)) {
      try unsafe device.made(name) {
        unsafe ctorch_two_in($0, Int32(operation), handle, other.handle, $1)
      }
    }
  }

  func times(_ other: TorchTensor) throws -> TorchTensor { try twoIn(CTORCH_MUL, other, "mul") }
  func divided(by other: TorchTensor) throws -> TorchTensor {
    try twoIn(CTORCH_DIV, other, "div")
  }
  /// The larger of each two; NaN where either is.
  func maximum(_ other: TorchTensor) throws -> TorchTensor {
    try twoIn(CTORCH_MAXIMUM, other, "maximum")
  }
  /// Whether it is more, less than the other.
  func isAbove(_ other: TorchTensor) throws -> TorchTensor { try twoIn(CTORCH_GT, other, "gt") }
  func isBelow(_ other: TorchTensor) throws -> TorchTensor { try twoIn(CTORCH_LT, other, "lt") }
  /// The gradient before a sigmoid from that behind it, this, and the sigmoid.
  func throughSigmoid(_ sigmoid: TorchTensor) throws -> TorchTensor {
    try twoIn(CTORCH_SIGMOID_BACKWARD, sigmoid, "sigmoid_backward")
  }
  /// Products of matrices, or of batches of them, in their type.
  func product(_ other: TorchTensor) throws -> TorchTensor { try twoIn(CTORCH_MM, other, "mm") }
  func batchProduct(_ other: TorchTensor) throws -> TorchTensor {
    try twoIn(CTORCH_BMM, other, "bmm")
  }

  func times(_ factor: Float) throws -> TorchTensor { try times(device.number(factor)) }

  /// self + scale · other.
  func plus(_ other: TorchTensor, scale: Double = 1) throws -> TorchTensor {
    try withExtendedLifetime((self, other)) {
      try unsafe device.made("add") { unsafe ctorch_add($0, handle, other.handle, scale, $1) }
    }
  }

  func plus(_ number: Float) throws -> TorchTensor { try plus(device.number(number)) }
  func minus(_ other: TorchTensor) throws -> TorchTensor { try plus(other, scale: -1) }

  /// a where this holds, else b.
  func choosing(_ a: TorchTensor, _ b: TorchTensor) throws -> TorchTensor {
    try withExtendedLifetime((self, a, b)) {
      try unsafe device.made("where") { unsafe ctorch_where($0, handle, a.handle, b.handle, $1) }
    }
  }

  /// Writes a number wherever `mask` holds. Only to what nobody else has.
  func fill(_ value: Float, where mask: TorchTensor) throws {
    let number = try device.number(value)
    try withExtendedLifetime((self, mask, number)) {
      try unsafe device.run("masked_fill") {
        unsafe ctorch_fill_where($0, handle, mask.handle, number.handle)
      }
    }
  }

  /// The largest along the last of `dimensions`, which stays with size 1.
  func largest(dimensions: Int) throws -> TorchTensor {
    try withExtendedLifetime(self) {
      try unsafe device.made("amax") {
        unsafe ctorch_largest($0, handle, Int32(dimensions - 1), $1)
      }
    }
  }

  /// The k largest along the last dimension and their places, by falling value.
  func top(_ k: Int) throws -> (values: TorchTensor, places: TorchTensor) {
    var (values, places): (OpaquePointer?, OpaquePointer?) = (nil, nil)
    try withExtendedLifetime(self) {
      try unsafe device.run("topk") { unsafe ctorch_top($0, handle, Int64(k), &values, &places) }
    }
    guard let values = unsafe values, let places = unsafe places else {
      throw device.failure(of: "topk")
    }
    let first = unsafe try device.taken(values, "topk")
    return (first, unsafe try device.taken(places, "topk"))
  }

  /// Some rows (0) or columns (1), by their int64 numbers.
  func select(_ indices: TorchTensor, dimension: Int) throws -> TorchTensor {
    try withExtendedLifetime((self, indices)) {
      try unsafe device.made("index_select") {
        unsafe ctorch_select($0, handle, Int32(dimension), indices.handle, $1)
      }
    }
  }

  /// Of each row the elements at its places.
  func gather(_ places: TorchTensor) throws -> TorchTensor {
    try withExtendedLifetime((self, places)) {
      try unsafe device.made("gather") { unsafe ctorch_gather($0, handle, places.handle, $1) }
    }
  }

  /// Products of bfloat16 factors in float32; CUDA's alone.
  func wideProduct(_ other: TorchTensor, batched: Bool) throws -> TorchTensor {
    try withExtendedLifetime((self, other)) {
      try unsafe device.made(batched ? "bmm.dtype" : "mm.dtype") {
        unsafe ctorch_wide_product($0, batched, handle, other.handle, $1)
      }
    }
  }
}
