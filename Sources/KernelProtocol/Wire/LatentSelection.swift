import JSONRPC

/// Which latents a job is about.
package enum LatentSelection: Codable, Sendable, Equatable {
  case latents([Int])
  /// Half open.
  case range(Span)
  /// The first in an order of a view.
  case top(Top)
  /// Those whose newest explanation is in a state.
  case state(ExplanationState)

  private enum CodingKeys: CodingKey { case latents, range, top, state }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    let given = [CodingKeys.latents, .range, .top, .state].filter(members.contains)
    guard given.count == 1 else {
      throw decoder.wireMismatch(
        expected: "one of {\"latents\"}, {\"range\"}, {\"top\"}, {\"state\"}")
    }
    switch given[0] {
    case .latents:
      let latents = try members.decode([Int].self, forKey: .latents)
      guard latents.allSatisfy({ $0 >= 0 }) else {
        throw decoder.wireMismatch(expected: "latents ≥ 0")
      }
      self = .latents(latents)
    case .range: self = .range(try members.decode(Span.self, forKey: .range))
    case .top: self = .top(try members.decode(Top.self, forKey: .top))
    case .state: self = .state(try members.decode(ExplanationState.self, forKey: .state))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var members = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .latents(let latents): try members.encode(latents, forKey: .latents)
    case .range(let range): try members.encode(range, forKey: .range)
    case .top(let top): try members.encode(top, forKey: .top)
    case .state(let state): try members.encode(state, forKey: .state)
    }
  }
}
