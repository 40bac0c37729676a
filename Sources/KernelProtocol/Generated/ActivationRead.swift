// Written by protocol/generator from protocol/openrpc.json.

package import JSONRPC

/// A tensor of a block at every position: the residual stream, or what a half of the block reads or
/// adds.
package enum ActivationRead: Request {
  package static let method = "activation/read"
  package static let lane = Lane.engine
  package static let isLong = true

  package struct Params: ContextParams, Equatable {
    package var context: String
    /// Where given, the context must be at this version, else contextVersionMismatch.
    package var version: Int?
    /// As resid_post.24, mlp_out.24, attn_heads.24; any block.
    package var site: String
    package var span: Span?

    package init(context: String, version: Int? = nil, site: String, span: Span? = nil) {
      self.context = context
      self.version = version
      self.site = site
      self.span = span
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      context = try members.decode(String.self, forKey: .context)
      version = try members.optionalInteger(.version, in: 1...Int.max)
      site = try members.decode(String.self, forKey: .site)
      span = try members.decodeIfPresent(Span.self, forKey: .span)
    }
  }

  package struct Result: Codable, Sendable, Equatable {
    /// [positions, width]: the hidden size, heads times their size for attn_heads.
    package var tensor: WireTensor

    package init(tensor: WireTensor) {
      self.tensor = tensor
    }
  }
}
