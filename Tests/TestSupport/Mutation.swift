/// Changes, drops, doubles or inserts a few bytes; favours those that structure the format.
package func mutate(_ seed: [UInt8], using random: inout SplitMix) -> [UInt8] {
  let telling = Array("{}[]\",:0123456789-.eE\\u \0".utf8) + [0x80, 0xFF]
  var bytes = seed
  for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
    let index = Int.random(in: 0..<bytes.count, using: &random)
    let length = min(Int.random(in: 1...16, using: &random), bytes.count - index)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes[index] = telling.randomElement(using: &random) ?? 0
    case 2: bytes.removeSubrange(index..<index + length)
    case 3: bytes.insert(contentsOf: bytes[index..<index + length], at: index)
    case 4: bytes.insert(telling.randomElement(using: &random) ?? 0, at: index)
    default: bytes.removeLast(min(length, bytes.count))
    }
  }
  return bytes
}
