internal import Foundation

/// What is done to the text between added tokens before it is cut into words.
indirect enum Normalizer: Sendable {
  /// Unicode normalization form C.
  case composed
  case lowercased
  case prepend([UInt8])
  case replace([UInt8], by: [UInt8])
  case sequence([Normalizer])

  func callAsFunction(_ text: [UInt8]) -> [UInt8] {
    switch self {
    case .composed: Self.compose(text)
    case .lowercased:
      // By scalar, without context, as the reference does.
      String(decoding: text, as: UTF8.self).unicodeScalars.flatMap {
        Array($0.properties.lowercaseMapping.utf8)
      }
    case .prepend(let prefix): text.isEmpty ? text : prefix + text
    case .replace(let old, let new): text.replacing(old, with: new)
    case .sequence(let steps): steps.reduce(text) { $1($0) }
    }
  }

  private static func compose(_ text: [UInt8]) -> [UInt8] {
    let string = String(decoding: text, as: UTF8.self)
    // No scalar below U+0300 changes or joins another.
    if string.unicodeScalars.allSatisfy({ $0.value < 0x300 }) { return text }
    return Array(string.precomposedStringWithCanonicalMapping.utf8)
  }
}

extension [UInt8] {
  /// Every occurrence of `old`, leftmost first and without overlap, replaced by `new`.
  func replacing(_ old: [UInt8], with new: [UInt8]) -> [UInt8] {
    guard let first = old.first else { return self }
    var result: [UInt8] = []
    result.reserveCapacity(count)
    var position = 0
    while position < count {
      if self[position] == first, self[position...].starts(with: old) {
        result.append(contentsOf: new)
        position += old.count
      } else {
        result.append(self[position])
        position += 1
      }
    }
    return result
  }
}
