import Jobs

/// Lines of a job's log about features, one each: of one kind so many, and the others as a number.
struct RepeatedLines {
  private static let limit = 20

  /// How often each was told, by what was told.
  private var counts: [String: Int] = [:]

  /// - Parameters:
  ///   - what: is told of one feature after another.
  ///   - measure: which measure it hinders; nil: all.
  ///   - more: is told of this one alone.
  mutating func tell(
    _ what: String, of latent: Int, by measure: String? = nil, more: String? = nil,
    to tools: JobTools
  ) {
    let kind = (measure.map { ", \($0)" } ?? "") + ": " + what
    counts[kind, default: 0] += 1
    guard counts[kind, default: 0] <= Self.limit else { return }
    tools.log("feature #\(latent)" + kind + (more.map { ": \($0)" } ?? ""))
  }

  /// Tells how many were not told of.
  mutating func finish(_ tools: JobTools) {
    for (kind, count) in counts.sorted(by: { $0.key < $1.key }) where count > Self.limit {
      tools.log("\(count - Self.limit) more features" + kind)
    }
    counts = [:]
  }
}
