/// What a state dict's pickle may be made of.
indirect enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case tuple([PickleValue], depth: Int)
  case list([PickleValue], depth: Int)
  case dictionary([(name: String, value: PickleValue)], depth: Int)
  case global(PickleGlobal)
  case storage(PickleStorage)
  case tensor(PickleTensor)
  /// A container that was named before, which a state dict never needs.
  case again

  var depth: Int {
    switch self {
    case .tuple(_, let depth), .list(_, let depth), .dictionary(_, let depth): depth
    default: 0
    }
  }
}

/// The names that a state dict may mention. Nothing of them is run: they say what to read.
enum PickleGlobal: String {
  case orderedDictionary = "collections OrderedDict"
  case rebuildTensor = "torch._utils _rebuild_tensor_v2"
  case rebuildParameter = "torch._utils _rebuild_parameter"
  case float32 = "torch FloatStorage"
  case float16 = "torch HalfStorage"
  case bfloat16 = "torch BFloat16Storage"
  case int32 = "torch IntStorage"
  case int64 = "torch LongStorage"
}

/// The numbers of an entry of the archive.
struct PickleStorage {
  let type: PickleGlobal
  let key: String
  let count: Int
}

/// A view of a storage, in elements.
struct PickleTensor {
  let storage: PickleStorage
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}
