/// The entries whose content's digest leaves `index` when divided by `count`: equal
/// content falls in one shard.
package struct CorpusShard: Sendable, Hashable, Codable {
  package let index: Int
  package let count: Int

  /// Throws `CorpusError.badShard` unless 0 ≤ index < count.
  package init(index: Int, count: Int) throws(CorpusError) {
    guard count >= 1, (0..<count).contains(index) else {
      throw .badShard("shard \(index) of \(count) does not exist: expected 0 ≤ index < count")
    }
    self.index = index
    self.count = count
  }

  /// The digest's first eight bytes are taken as a number, most significant first.
  package func contains(_ digest: [UInt8]) -> Bool {
    let number = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return number % UInt64(count) == UInt64(index)
  }
}
