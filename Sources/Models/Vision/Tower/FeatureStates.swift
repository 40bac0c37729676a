import Checkpoints
internal import JSON

extension ConfigurationReader {
  /// Which of a tower's hidden states are features, by `vision_feature_layer`: an integer or a list
  /// of them, negative ones counting from the end. 0 is the embeddings, n the output of layer
  /// n − 1; none of the result is negative.
  func featureStates(
    default fallback: Int, layerCount: Int
  ) throws(CheckpointError) -> [Int] {
    let key = "vision_feature_layer"
    let value = object.present(key) ?? .integer(Int64(fallback))
    let elements = value.arrayValue ?? [value]
    let stateCount = layerCount + 1
    var states: [Int] = []
    for element in elements {
      guard let index = element.plainInteger, (-stateCount..<stateCount).contains(index) else {
        throw error(
          key, element, "an integer from \(-stateCount) to \(stateCount - 1) or a list of them")
      }
      states.append(index < 0 ? index + stateCount : index)
    }
    guard !states.isEmpty, states.count <= stateCount else {
      throw error(key, value, "1 to \(stateCount) layers")
    }
    return states
  }
}
