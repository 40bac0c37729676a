import Tensors

/// What a configuration class of transformers assumes where the file is silent, as files saved
/// before transformers 5 often are: they hold only what differs from the class.
struct TextDefaults {
  /// The gate's activation, the one that a file may name, and the key that it does so under.
  var gate = GateActivation.silu
  var gateKey = "hidden_act"
  var vocabularySize: Int
  var hiddenSize = 4096
  var intermediateSize: Int
  var layerCount = 32
  var headCount = 32
  /// nil: as many as heads.
  var keyValueHeadCount: Int?
  /// nil: `hidden_size` over the number of heads.
  var headSize: Int?
  var contextLength: Int
  var normEpsilon = 1e-6
  var tiedHead = false
  var beginToken: Int?
  var endTokens: [Int] = []
}
