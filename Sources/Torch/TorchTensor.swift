import CTorch

/// Types of elements.
enum TorchType: Int32 {
  case float32 = 0
  case float64 = 1
  case float16 = 2
  case bfloat16 = 3
  case int64 = 4
  case bool = 5

  var byteCount: Int {
    switch self {
    case .float32: 4
    case .float64, .int64: 8
    case .float16, .bfloat16: 2
    case .bool: 1
    }
  }
}

/// A tensor of PyTorch's, or a view of one, on a device. Never changed once it is handed on, but
/// where its owner says so.
///
/// `@unchecked Sendable`: handles may be used on any thread, and what is written to a tensor is
/// written before anybody else has it.
@safe final class TorchTensor: @unchecked Sendable {
  let device: TorchDevice
  let handle: OpaquePointer
  /// Elements between the beginning of the memory and the tensor's.
  let offset: Int
  /// Elements of the memory that are known to be there: views must not reach beyond.
  let limit: Int

  /// Takes over a handle.
  init(_ handle: OpaquePointer, device: TorchDevice, offset: Int, limit: Int) {
    unsafe self.handle = handle
    (self.device, self.offset, self.limit) = (device, offset, limit)
  }

  deinit { unsafe ctorch_delete(device.library.pointer, handle) }

  /// Elements from the tensor's beginning on.
  var count: Int { limit - offset }

  /// A view with other sizes and strides, from `offset` elements behind this tensor's beginning.
  func view(_ sizes: [Int], strides: [Int]? = nil, offset: Int = 0) throws -> TorchTensor {
    let strides = strides ?? contiguousStrides(sizes)
    let span = sizes.contains(0) ? 0 : zip(sizes, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
    precondition(
      offset >= 0 && sizes.allSatisfy { $0 >= 0 } && strides.allSatisfy { $0 >= 0 }
        && self.offset + offset + span <= limit,
      "a view \(sizes) by \(strides) from \(offset) of \(count) elements")
    let start = self.offset + offset
    var made: OpaquePointer?
    try unsafe device.run("a view") { library in
      withExtendedLifetime(self) {
        unsafe withShape(sizes, strides) {
          unsafe ctorch_view(library, handle, $0, Int64(offset), &made)
        }
      }
    }
    guard let made = unsafe made else { throw device.failure(of: "a view") }
    return unsafe TorchTensor(made, device: device, offset: start, limit: limit)
  }

  /// Writes `source`, of any type, strides and device, to this tensor.
  func fill(from source: TorchTensor) throws {
    try withExtendedLifetime((self, source)) {
      try unsafe device.run("a copy") { unsafe ctorch_copy($0, handle, source.handle) }
    }
  }

  func clear() throws {
    try withExtendedLifetime(self) {
      try unsafe device.run("clearing") { unsafe ctorch_clear($0, handle) }
    }
  }
}

/// Strides of a tensor without gaps.
func contiguousStrides(_ sizes: [Int]) -> [Int] {
  var strides = [Int](repeating: 1, count: sizes.count)
  for index in sizes.indices.dropLast().reversed() {
    strides[index] = strides[index + 1] * sizes[index + 1]
  }
  return strides
}

/// Calls `body` with sizes and strides as the C functions take them.
func withShape<Result>(
  _ sizes: [Int], _ strides: [Int], _ body: (UnsafePointer<ctorch_shape>) -> Result
) -> Result {
  unsafe sizes.map(Int64.init).withUnsafeBufferPointer { sizes in
    unsafe strides.map(Int64.init).withUnsafeBufferPointer { strides in
      var shape = unsafe ctorch_shape(
        dimensions: Int32(sizes.count), sizes: sizes.baseAddress, strides: strides.baseAddress)
      return unsafe body(&shape)
    }
  }
}

extension TorchDevice {
  /// Calls a C function that makes nothing, or nothing but memory.
  func run(
    _ operation: String, isAllocation: Bool = false, _ body: (OpaquePointer) -> Int32
  ) throws {
    try requirePresence()
    guard unsafe body(library.pointer) == 0 else {
      throw failure(of: operation, isAllocation: isAllocation)
    }
  }

  /// Calls a C function that makes a tensor.
  func handle(
    _ operation: String, isAllocation: Bool = false,
    _ body: (OpaquePointer, UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) throws -> OpaquePointer {
    var result: OpaquePointer?
    try unsafe run(operation, isAllocation: isAllocation) { unsafe body($0, &result) }
    guard let result = unsafe result else { throw failure(of: operation) }
    return unsafe result
  }

  /// The same for an operator's result, whose elements lie without gaps.
  func made(
    _ operation: String, isAllocation: Bool = false,
    _ body: (OpaquePointer, UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) throws -> TorchTensor {
    unsafe try taken(handle(operation, isAllocation: isAllocation, body), operation)
  }

  /// An operator's result.
  func taken(_ handle: OpaquePointer, _ operation: String) throws -> TorchTensor {
    var (count, offset): (Int64, Int64) = (0, 0)
    guard unsafe ctorch_extent(library.pointer, handle, &count, &offset) == 0 else {
      unsafe ctorch_delete(library.pointer, handle)
      throw failure(of: operation)
    }
    return unsafe TorchTensor(
      handle, device: self, offset: Int(offset), limit: Int(offset + count))
  }

  /// With any values.
  func empty(_ sizes: [Int], _ type: TorchType = .float32) throws -> TorchTensor {
    let index = if case .cuda(let index) = place { index } else { 0 }
    let count = sizes.reduce(1, *)
    let handle = try unsafe handle("\(count * type.byteCount) bytes", isAllocation: true) {
      library, result in
      unsafe withShape(sizes, contiguousStrides(sizes)) {
        unsafe ctorch_empty(
          library, $0, type.rawValue, Int32(isCUDA ? CTORCH_CUDA : CTORCH_CPU), Int32(index),
          result)
      }
    }
    return unsafe TorchTensor(handle, device: self, offset: 0, limit: count)
  }

  /// One number, which operators take beside tensors of any device.
  func number(_ value: Float) throws -> TorchTensor {
    try unsafe made("a number", isAllocation: true) { unsafe ctorch_number($0, value, $1) }
  }

  /// A tensor on the processor over memory that stays where it is while the tensor lives.
  func over(
    _ memory: UnsafeMutableRawPointer, _ sizes: [Int], _ type: TorchType
  ) throws -> TorchTensor {
    let handle = try unsafe handle("a view of memory") { library, result in
      unsafe withShape(sizes, contiguousStrides(sizes)) {
        unsafe ctorch_over(library, memory, $0, type.rawValue, result)
      }
    }
    return unsafe TorchTensor(handle, device: self, offset: 0, limit: sizes.reduce(1, *))
  }
}
