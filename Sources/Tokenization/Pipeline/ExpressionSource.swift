/// A pattern as the engine is to read it, with what its engine and the reference's newer one take
/// differently spelled out.
struct ExpressionSource {
  private(set) var bytes: [UInt8] = []
  /// The first of what is refused: \1…\9, \k and \g, which refer to groups, \G, which refers to
  /// where a search began, (?~, which runs uncounted, and (?{ and (*, which call out.
  private(set) var refused: String?

  init(_ pattern: String) {
    var rest = Array(pattern.utf8)[...]
    // Of brackets, in which backslashes refer to nothing. A comment's brackets would open none, so
    // that with one, references are sought everywhere.
    var depth = 0
    let mayHaveComments = rest.contains(UInt8(ascii: "#"))
    func isNext(_ text: String) -> Bool { rest.starts(with: text.utf8) }
    func take(_ count: Int, as text: String? = nil) {
      bytes.append(contentsOf: text.map { Array($0.utf8) } ?? Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    while let byte = rest.first {
      switch byte {
      case UInt8(ascii: "\\"):
        let next = rest.dropFirst().first ?? 0
        if depth == 0 || mayHaveComments, refused == nil, Self.refers(next) {
          refused = "\\" + String(UnicodeScalar(next))
        }
        take(2)
      case UInt8(ascii: "(") where depth == 0:
        if refused == nil { refused = Self.refusedGroups.first(where: isNext) }
        take(1)
      // Marks are punctuation and symbols since version 6.9.9.
      case UInt8(ascii: "[") where depth > 0 && isNext("[:punct:]"): take(9, as: #"\p{P}\p{S}"#)
      case UInt8(ascii: "[") where depth > 0 && isNext("[:^punct:]"):
        take(10, as: #"[^\p{P}\p{S}]"#)
      case UInt8(ascii: "["):
        depth += 1
        take(1)
      case UInt8(ascii: "]"):
        depth = max(0, depth - 1)
        take(1)
      default: take(1)
      }
    }
  }

  private static let refusedGroups = ["(?~", "(?{", "(*"]

  private static func refers(_ escaped: UInt8) -> Bool {
    (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(escaped) || "kgG".utf8.contains(escaped)
  }
}
