package import Tensors

/// Makes the operators that a model's layers run on, once its precision and size are known.
package struct LayerEngine {
  let make: (Precision, Compute, _ weightBytes: Int) throws -> any Operators

  /// - Parameter make: is given what the processor computes with, and the bytes of all weights;
  ///   what it throws ends the load.
  package init(
    _ make: @escaping (Precision, Compute, _ weightBytes: Int) throws -> any Operators
  ) {
    self.make = make
  }

  /// The processor.
  package static var host: LayerEngine { LayerEngine { _, compute, _ in HostOperators(compute) } }
}
