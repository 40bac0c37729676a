import Models
import Tensors

/// A resident model.
struct LoadedModel {
  let name: String
  let path: String
  let requestedPrecision: Precision?
  let model: Model
  /// What its layers run on; nil is the processor.
  let device: LoadedDevice?
}
