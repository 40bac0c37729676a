/// One tensor of a safetensors file, as its header describes it.
package struct TensorEntry: Sendable, Equatable {
  package let name: String
  package let type: StoredType
  package let shape: [Int]
  /// From the start of the file, in bytes; no alignment is promised.
  package let byteOffset: Int
  package let byteCount: Int

  /// Elements of the tensor: the product of its shape, which the header's reader has checked.
  package var count: Int { byteCount / type.byteCount }
}
