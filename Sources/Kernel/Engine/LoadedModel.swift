import Models
import Tensors

/// A resident model.
struct LoadedModel {
  let name: String
  let path: String
  let requestedPrecision: Precision?
  let model: Model
}
