/// Keys and values in the order in which the keys came.
package struct TemplateDictionary: Sendable {
  package private(set) var pairs: [(key: TemplateValue, value: TemplateValue)] = []
  private var indices: [TemplateKey: Int] = [:]
  /// How deep lists and dictionaries nest in it, itself counted.
  private(set) var depth = 1

  /// Pairs whose keys are texts.
  package init(_ pairs: [(String, TemplateValue)] = []) {
    for (key, value) in pairs { insert(value, for: .string(key)) }
  }

  package subscript(_ key: String) -> TemplateValue? {
    indices[TemplateKey(text: key)].map { pairs[$0].value }
  }

  subscript(key key: TemplateValue) -> TemplateValue? {
    TemplateKey(key).flatMap { indices[$0] }.map { pairs[$0].value }
  }

  /// False where `key` is of a kind that keys are not: lists and dictionaries.
  @discardableResult
  mutating func insert(_ value: TemplateValue, for key: TemplateValue) -> Bool {
    guard let known = TemplateKey(key) else { return false }
    if let index = indices[known] {
      pairs[index].value = value
    } else {
      indices[known] = pairs.count
      pairs.append((key, value))
    }
    depth = max(depth, 1 + max(value.depth, key.depth))
    return true
  }
}

/// What tells keys apart: bytes and not `String`, which takes canonically equivalent texts for one.
struct TemplateKey: Hashable {
  private let bytes: [UInt8]

  init(text: String) { bytes = Self.bytes(text) }

  private static func bytes(_ text: String) -> [UInt8] { Array("s".utf8) + Array(text.utf8) }

  /// Nil for what Python does not hash.
  init?(_ value: TemplateValue) {
    switch value {
    case .string(let text), .markup(let text): bytes = Self.bytes(text)
    case .none: bytes = Array("n".utf8)
    case .bool, .integer: bytes = Array("i\(value.asInteger ?? 0)".utf8)
    case .number(let number):
      // 1.0 and 1 are one key.
      bytes = Array((Int(exactly: number).map { "i\($0)" } ?? "f\(number)").utf8)
    case .sequence(let list) where list.isTuple:
      var bytes = Array("t".utf8)
      for element in list.elements {
        guard let inner = TemplateKey(element) else { return nil }
        bytes += Array("\(inner.bytes.count):".utf8) + inner.bytes
      }
      self.bytes = bytes
    default: return nil
    }
  }
}
