/// Reads the pickle of a state dict: tensors and plain values by name.
///
/// It knows the opcodes that `torch.save` writes for one (protocol 2) and the names of
/// `PickleGlobal`; whatever else is there is refused by name, and no code runs ever. After
/// CPython's `pickletools` and PyTorch's serialization notes.
struct StateUnpickler {
  private var cursor: ByteCursor
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  private static let deepest = 16
  private static let mostValues = 100_000

  /// The members of the dictionary that `bytes` describe.
  static func members(
    path: String, bytes: [UInt8]
  ) throws(CheckpointError) -> [String: PickleValue] {
    var unpickler = StateUnpickler(cursor: ByteCursor(path: path, bytes: bytes))
    guard case .dictionary(let members, _) = try unpickler.run() else {
      throw unpickler.failure("it does not hold a dictionary of tensors")
    }
    return Dictionary(members.map { ($0.name, $0.value) }) { _, last in last }
  }

  private init(cursor: ByteCursor) { self.cursor = cursor }

  private mutating func run() throws(CheckpointError) -> PickleValue {
    while true {
      let code = try cursor.byte()
      if code == UInt8(ascii: ".") { return try pop() }
      var isRead = try readsConstant(code)
      if !isRead { isRead = try readsContainer(code) }
      if !isRead { isRead = try readsName(code) }
      guard isRead else {
        throw failure("its pickle has the opcode 0x\(String(code, radix: 16)), which is not read")
      }
      guard stack.count <= Self.mostValues else { throw failure("its pickle has too many values") }
    }
  }

  private mutating func readsConstant(_ code: UInt8) throws(CheckpointError) -> Bool {
    switch code {
    case 0x80:
      let version = try cursor.byte()
      guard (2...3).contains(version) else {
        throw failure("pickle protocol \(version), 2 expected")
      }
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.bool(true))
    case 0x89: stack.append(.bool(false))
    case UInt8(ascii: "K"): stack.append(.integer(try cursor.integer(1)))
    case UInt8(ascii: "M"): stack.append(.integer(try cursor.integer(2)))
    case UInt8(ascii: "J"):
      stack.append(.integer(Int(Int32(truncatingIfNeeded: try cursor.integer(4)))))
    case 0x8a: stack.append(.integer(try longInteger()))
    case UInt8(ascii: "G"):
      let bits = try cursor.take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      stack.append(.number(Double(bitPattern: bits)))
    case UInt8(ascii: "X"):
      let count = try cursor.integer(4)
      stack.append(.text(String(decoding: try cursor.take(count), as: UTF8.self)))
    default: return false
    }
    return true
  }

  private mutating func readsContainer(_ code: UInt8) throws(CheckpointError) -> Bool {
    switch code {
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: ")"): stack.append(.tuple([], depth: 1))
    case UInt8(ascii: "t"): try pushTuple(popMarked())
    case 0x85, 0x86, 0x87:
      let count = Int(code) - 0x84
      var items: [PickleValue] = []
      for _ in 0..<count { items.insert(try pop(), at: 0) }
      try pushTuple(items)
    case UInt8(ascii: "]"): stack.append(.list([], depth: 1))
    case UInt8(ascii: "a"):
      let item = try pop()
      try append([item])
    case UInt8(ascii: "e"): try append(popMarked())
    case UInt8(ascii: "}"): stack.append(.dictionary([], depth: 1))
    case UInt8(ascii: "s"):
      let value = try pop()
      try setItems([try pop(), value])
    case UInt8(ascii: "u"): try setItems(popMarked())
    case UInt8(ascii: "q"): try remember(try cursor.integer(1))
    case UInt8(ascii: "r"): try remember(try cursor.integer(4))
    case UInt8(ascii: "h"): try recall(try cursor.integer(1))
    case UInt8(ascii: "j"): try recall(try cursor.integer(4))
    default: return false
    }
    return true
  }

  private mutating func readsName(_ code: UInt8) throws(CheckpointError) -> Bool {
    switch code {
    case UInt8(ascii: "c"):
      let name = "\(try line()) \(try line())"
      guard let known = PickleGlobal(rawValue: name) else {
        throw failure(
          "its pickle names \(name.split(separator: " ").joined(separator: ".").prefix(80)), which "
            + "is refused: only tensors and dictionaries of tensors are read, and no code is run")
      }
      stack.append(.global(known))
    case UInt8(ascii: "Q"): stack.append(.storage(try storage(of: pop())))
    case UInt8(ascii: "R"):
      let arguments = try pop()
      stack.append(try rebuild(try pop(), arguments))
    case UInt8(ascii: "b"):
      // A state dict's own state is its modules' versions, which nothing here depends on.
      _ = try pop()
      guard case .dictionary? = stack.last else { throw failure("its pickle builds an object") }
    default: return false
    }
    return true
  }

  // MARK: Values

  private func storage(of value: PickleValue) throws(CheckpointError) -> PickleStorage {
    guard case .tuple(let parts, _) = value, parts.count == 5, case .text("storage") = parts[0],
      case .global(let type) = parts[1], case .text(let key) = parts[2],
      case .integer(let count) = parts[4], count >= 0
    else { throw failure("its pickle names a storage in another way than PyTorch does") }
    return PickleStorage(type: type, key: key, count: count)
  }

  private func rebuild(
    _ callable: PickleValue, _ arguments: PickleValue
  ) throws(CheckpointError) -> PickleValue {
    guard case .global(let name) = callable, case .tuple(let parts, _) = arguments else {
      throw failure("its pickle calls something that is not a name")
    }
    switch name {
    case .orderedDictionary where parts.isEmpty: return .dictionary([], depth: 1)
    case .rebuildParameter:
      if case .tensor? = parts.first { return parts[0] }
    case .rebuildTensor:
      if parts.count >= 4, case .storage(let storage) = parts[0],
        case .integer(let offset) = parts[1], let shape = integers(parts[2]),
        let strides = integers(parts[3])
      {
        return .tensor(
          PickleTensor(storage: storage, offset: offset, shape: shape, strides: strides))
      }
    default: break
    }
    throw failure("its pickle calls \(name.rawValue) with something unexpected")
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard case .tuple(let parts, _) = value else { return nil }
    var result: [Int] = []
    for part in parts {
      guard case .integer(let number) = part else { return nil }
      result.append(number)
    }
    return result
  }

  // MARK: The stack

  private mutating func pop() throws(CheckpointError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw failure("its pickle takes from an empty stack")
    }
    return value
  }

  private mutating func popMarked() throws(CheckpointError) -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else {
      throw failure("its pickle closes what it did not open")
    }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func pushTuple(_ items: [PickleValue]) throws(CheckpointError) {
    stack.append(.tuple(items, depth: try depth(of: items)))
  }

  private func depth(of items: [PickleValue]) throws(CheckpointError) -> Int {
    let depth = 1 + (items.map(\.depth).max() ?? 0)
    guard depth <= Self.deepest else {
      throw failure("its pickle nests deeper than \(Self.deepest)")
    }
    return depth
  }

  private mutating func append(_ items: [PickleValue]) throws(CheckpointError) {
    guard case .list(let known, let depth) = try pop() else {
      throw failure("its pickle appends to something that is not a list")
    }
    stack.append(.list(known + items, depth: max(depth, try self.depth(of: items))))
  }

  private mutating func setItems(_ items: [PickleValue]) throws(CheckpointError) {
    guard case .dictionary(var members, let depth) = try pop(), items.count.isMultiple(of: 2) else {
      throw failure("its pickle sets items of something that is not a dictionary")
    }
    for index in stride(from: 0, to: items.count, by: 2) {
      // Other keys occur in what is read past, not among tensors.
      guard case .text(let name) = items[index] else { continue }
      members.append((name, items[index + 1]))
    }
    stack.append(.dictionary(members, depth: max(depth, try self.depth(of: items))))
  }

  private mutating func remember(_ place: Int) throws(CheckpointError) {
    guard let value = stack.last, stack.count > (marks.last ?? 0) else {
      throw failure("its pickle takes from an empty stack")
    }
    switch value {
    case .list, .dictionary: memo[place] = .again
    default: memo[place] = value
    }
  }

  private mutating func recall(_ place: Int) throws(CheckpointError) {
    guard let value = memo[place] else {
      throw failure("its pickle refers to what it did not remember")
    }
    if case .again = value { throw failure("its pickle refers to a list or dictionary again") }
    stack.append(value)
  }

  // MARK: Bytes

  private mutating func line() throws(CheckpointError) -> String {
    var text: [UInt8] = []
    while true {
      let byte = try cursor.byte()
      if byte == 10 { return String(decoding: text, as: UTF8.self) }
      guard text.count < 256 else { throw failure("its pickle names something too long") }
      text.append(byte)
    }
  }

  private mutating func longInteger() throws(CheckpointError) -> Int {
    let bytes = try cursor.take(try cursor.integer(1))
    guard bytes.count <= 8 else { throw failure("its pickle has a number of \(bytes.count) bytes") }
    var value = (bytes.last ?? 0) >= 0x80 ? -1 : 0
    for byte in bytes.reversed() { value = value << 8 | Int(byte) }
    return value
  }

  private func failure(_ reason: String) -> CheckpointError {
    .archive(path: cursor.path, reason: reason)
  }
}
