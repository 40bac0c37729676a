import ArgumentParser
import KernelProtocol

/// Which features a command is about.
struct LatentArguments: ParsableArguments {
  @Option(help: "The features, such as 1,2,5-9.")
  var latents: String?

  @Option(
    help: """
      The first features in an order, such as frequency:100; the orders are frequency, max and \
      latent.
      """)
  var top: String?

  @Option(
    help: """
      The features whose newest explanation is in this state: explained, uninterpretable or failed.
      """)
  var state: ExplanationState?

  func validate() throws {
    let given = [("--latents", latents), ("--top", top), ("--state", state?.rawValue)]
      .filter { $0.1 != nil }.map(\.0)
    guard given.count <= 1 else {
      throw ValidationError("give one of \(given.joined(separator: " and ")), not both")
    }
    _ = try selection
  }

  /// nil where none of the options is given.
  var selection: LatentSelection? {
    get throws {
      if let latents { return .latents(try Self.numbers(latents)) }
      if let top { return .top(try Self.order(top)) }
      return state.map { .state($0) }
    }
  }

  /// The most that a list may name: as many as an autoencoder may have.
  private static let limit = 1 << 24

  private static func numbers(_ text: String) throws -> [Int] {
    let wrong = ValidationError("--latents is \"\(text)\", expected numbers such as 1,2,5-9")
    var numbers: [Int] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
        first <= last, last < limit, numbers.count + (last - first) < limit
      else { throw wrong }
      numbers += first...last
    }
    return numbers
  }

  private static func order(_ text: String) throws -> LatentSelection.Top {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let by = LatentSelection.Order(rawValue: String(parts[0])),
      let count = Int(parts[1]), (1...limit).contains(count)
    else {
      throw ValidationError(
        "--top is \"\(text)\", expected frequency, max or latent with a number, such as "
          + "frequency:100")
    }
    return .init(by: by, count: count)
  }
}
