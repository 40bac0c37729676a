// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// Continues a context token by token, with interventions where given.
package enum ContextGenerate: Request {
  package static let method = "context/generate"
  package static let lane = Lane.engine
  package static let isLong = true
  package static let partialResults: String? = "tokens"

  package struct Params: ContextParams, Equatable {
    package var context: String
    /// Where given, the context must be at this version, else contextVersionMismatch.
    package var version: Int?
    package var maxTokens: Int
    /// 0 or absent: greedy, ties to the lowest id.
    package var temperature: Double?
    package var topP: Double?
    package var seed: UInt64?
    /// Texts that end the generation.
    package var stop: [String]?
    package var interventions: [Intervention]?
    /// The autoencoder to splice if no intervention names one.
    package var sae: String?
    /// A recipe's file, absolute, whose changes are made before the interventions given.
    package var recipe: String?
    package var splice: Splice?
    /// Whether the tokens stay with the context, whose version then rises.
    package var append: Bool?

    package init(
      context: String, version: Int? = nil, maxTokens: Int, temperature: Double? = nil,
      topP: Double? = nil, seed: UInt64? = nil, stop: [String]? = nil,
      interventions: [Intervention]? = nil, sae: String? = nil, recipe: String? = nil,
      splice: Splice? = nil, append: Bool? = nil
    ) {
      self.context = context
      self.version = version
      self.maxTokens = maxTokens
      self.temperature = temperature
      self.topP = topP
      self.seed = seed
      self.stop = stop
      self.interventions = interventions
      self.sae = sae
      self.recipe = recipe
      self.splice = splice
      self.append = append
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      context = try members.decode(String.self, forKey: .context)
      version = try members.optionalInteger(.version, in: 1...Int.max)
      maxTokens = try members.integer(.maxTokens, in: 0...Int.max)
      temperature = try members.optionalNumber(.temperature, in: 0...1_000_000)
      topP = try members.optionalNumber(.topP, in: 0...1)
      seed = try members.decodeIfPresent(UInt64.self, forKey: .seed)
      stop = try members.decodeIfPresent([String].self, forKey: .stop)
      interventions = try members.decodeIfPresent([Intervention].self, forKey: .interventions)
      sae = try members.decodeIfPresent(String.self, forKey: .sae)
      recipe = try members.decodeIfPresent(String.self, forKey: .recipe)
      splice = try members.decodeIfPresent(Splice.self, forKey: .splice)
      append = try members.decodeIfPresent(Bool.self, forKey: .append)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    package var text: String
    package var tokens: [GeneratedToken]
    package var finish: Finish
    /// The context's new version, where tokens were appended.
    package var version: Int?
    /// The file of the recipe that was followed: the request's, or that which the kernel serves.
    /// Attribution, logits and what is compared with are of the model without it.
    package var recipe: String?

    package init(
      text: String, tokens: [GeneratedToken], finish: Finish, version: Int? = nil,
      recipe: String? = nil
    ) {
      self.text = text
      self.tokens = tokens
      self.finish = finish
      self.version = version
      self.recipe = recipe
    }
  }
}
