/// The number of a block in names of files that follow no grammar of places.
enum BlockNumber {
  /// N of a name `prefix` N `suffix`.
  static func between(_ prefix: String, _ suffix: String, in name: String) -> Int? {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix),
      name.count > prefix.count + suffix.count
    else { return nil }
    return number(name.dropFirst(prefix.count).dropLast(suffix.count))
  }

  /// N of a name that begins `prefix` N `_`.
  static func leading(_ prefix: String, in name: String) -> Int? {
    guard name.hasPrefix(prefix) else { return nil }
    let rest = name.dropFirst(prefix.count)
    guard let end = rest.firstIndex(of: "_") else { return number(rest) }
    return number(rest[..<end])
  }

  private static func number(_ digits: Substring) -> Int? {
    guard let block = Int(digits), block >= 0, String(block) == digits else { return nil }
    return block
  }
}
