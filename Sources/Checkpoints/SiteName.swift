/// A place in a decoder by the names that libraries have for it: the one grammar for requests,
/// folders and configurations of autoencoders.
///
///     resid_post.24                                    the kernel's own
///     model.layers.24  language_model.layers.24  …     transformers' modules, nnsight's
///     `model.layers[24].output[0]`
///     blocks.24.hook_resid_post  blocks.24.hook_out    TransformerLens and SAELens
///     blocks.25.hook_resid_pre  model.layers.25.input  what comes into a block is
///     what the one below gave
///     resid_post_layer_24                              dictionary_learning
package enum SiteName: Sendable, Equatable {
  /// The output of the decoder block with this index, from 0.
  case blockOutput(Int)
  /// A place by a name of the field that is no decoder block's output.
  case otherPlace
  /// No name of a place.
  case unknown

  /// What the modules around a decoder are called, from transformers' and peft's outermost on.
  private static let wrappers: Set<Substring> = ["base_model", "model", "language_model"]

  package init(_ name: String) {
    guard let parts = Self.parts(of: name) else {
      self = .unknown
      return
    }
    if parts.count == 1, parts[0].hasPrefix("resid_post_layer_") {
      self =
        Self.block(parts[0].dropFirst("resid_post_layer_".count)).map(Self.blockOutput) ?? .unknown
      return
    }
    guard
      let list = parts.lastIndex(where: { ["resid_post", "layers", "blocks"].contains($0) }),
      list + 1 < parts.count, let block = Self.block(parts[list + 1])
    else {
      self = .unknown
      return
    }
    let isDecoder = parts[..<list].count <= 4 && parts[..<list].allSatisfy(Self.wrappers.contains)
    self = Self.place(
      in: parts[list], block: block, rest: Array(parts[(list + 2)...]), isWrapped: list > 0,
      isDecoder: isDecoder)
  }

  /// The kernel's own name of a block's output, `resid_post.24`.
  package static func ofOutput(block: Int) -> String { "resid_post.\(block)" }

  /// The block whose output `name` is, by any of its names; nil for every other text.
  package static func block(ofOutput name: String) -> Int? {
    guard case .blockOutput(let block) = SiteName(name) else { return nil }
    return block
  }

  private static func place(
    in list: Substring, block: Int, rest: [Substring], isWrapped: Bool, isDecoder: Bool
  ) -> SiteName {
    switch (list, rest) {
    case ("resid_post", []) where !isWrapped: .blockOutput(block)
    case ("resid_post", _): .unknown
    case ("layers", []) where isDecoder, ("layers", ["output"]) where isDecoder,
      ("layers", ["output", "0"]) where isDecoder, ("blocks", ["hook_resid_post"]) where !isWrapped,
      ("blocks", ["hook_out"]) where !isWrapped:
      .blockOutput(block)
    case ("layers", ["input"]) where isDecoder && block > 0,
      ("blocks", ["hook_resid_pre"]) where !isWrapped && block > 0,
      ("blocks", ["hook_in"]) where !isWrapped && block > 0:
      .blockOutput(block - 1)
    default: .otherPlace
    }
  }

  /// Names between dots, an index in brackets counting as one; nil where
  /// that is not what a text is.
  private static func parts(of name: String) -> [Substring]? {
    guard name.utf8.count <= 256 else { return nil }
    var spelled = ""
    for (index, character) in name.enumerated() {
      switch character {
      case "[":
        if index == 0 { return nil }
        spelled.append(".")
      case "]": continue
      default: spelled.append(character)
      }
    }
    let parts = spelled.split(separator: ".", omittingEmptySubsequences: false)
      .map { Substring(String($0)) }
    return parts.contains { $0.isEmpty } ? nil : parts
  }

  private static func block(_ digits: Substring) -> Int? {
    guard let block = Int(digits), block >= 0, String(block) == digits else { return nil }
    return block
  }

  /// Why a name is not taken for a site.
  package static func refusal(of name: String) -> String {
    let shown = "\"\(name.prefix(200))\""
    let known =
      "as in resid_post.24, model.layers.24, language_model.layers.24 or blocks.24.hook_resid_post"
    return switch SiteName(name) {
    case .otherPlace:
      "\(shown) is not the output of a decoder block; only the residual stream after a block is a "
        + "site here, \(known)"
    case .unknown, .blockOutput:
      "\(shown) is not a site: the output of a decoder block was expected, \(known)"
    }
  }
}
