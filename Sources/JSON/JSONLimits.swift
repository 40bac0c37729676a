/// How large a JSON text may be before it is refused.
package struct JSONLimits: Sendable, Equatable {
  /// Arrays and objects inside one another; 512 is also Foundation's limit.
  package var depth: Int
  /// Values in all, containers included: a text of 64 MiB could otherwise grow to half a gigabyte.
  package var values: Int

  package init(depth: Int = 512, values: Int = 2_000_000) {
    self.depth = depth
    self.values = values
  }

  /// For a checkpoint's files: their readers bound the bytes, and a large tokenizer has some
  /// millions of values, but none of these files nests deeply.
  package static let file = JSONLimits(depth: 128, values: .max)
}
