/// What an autoencoder reads, and what it makes again: the same place, or two for a transcoder.
///
///     mlp_out.5                   one place
///     transcoder.5                what a block's MLP reads, and what it adds
///     mlp_normed.5 -> mlp_out.5   any two, each by any of its names
package struct PlacePair: Sendable, Equatable {
  package let input: SiteName
  package let output: SiteName

  package init(_ name: String) {
    let sides = name.split(separator: "->", maxSplits: 1, omittingEmptySubsequences: false)
      .map { SiteName($0.filter { $0 != " " }) }
    if sides.count == 2 {
      self.init(input: sides[0], output: sides[1])
    } else if name.hasPrefix(Self.transcoder),
      case .place(_, let block) = SiteName("mlp_in." + name.dropFirst(Self.transcoder.count))
    {
      self.init(
        input: .place(.feedForwardIn, block: block), output: .place(.feedForwardOut, block: block))
    } else {
      self.init(input: SiteName(name), output: SiteName(name))
    }
  }

  package init(input: SiteName, output: SiteName) {
    (self.input, self.output) = (input, output)
  }

  /// What a transcoder at a module of transformers reads and makes again: the module's input and
  /// its output.
  package init(ofModule name: String) {
    self.init(input: SiteName(name + ".input"), output: SiteName(name))
  }

  private static let transcoder = "transcoder."

  /// Whether both are places of a model.
  package var isKnown: Bool { refusal == nil }

  /// What is no place; nil where both are.
  package var refusal: SiteName? {
    [input, output].first { !$0.isPlace }
  }

  /// The canonical name of a pair of places.
  package static func name(
    _ input: (place: BlockPlace, block: Int), _ output: (place: BlockPlace, block: Int)
  ) -> String {
    if input == output { return SiteName.canonical(input.place, block: input.block) }
    if input.block == output.block, (input.place, output.place) == (.feedForwardIn, .feedForwardOut)
    {
      return "\(transcoder)\(input.block)"
    }
    let names = [input, output].map { SiteName.canonical($0.place, block: $0.block) }
    return names.joined(separator: " -> ")
  }

  /// The canonical name, where it does not depend on the family.
  package var name: String? {
    if let towerLayer { return SiteName.canonical(towerLayer: towerLayer) }
    guard case .place(let input, let first) = input, case .place(let output, let last) = output,
      input.isOfOneMeaning, output.isOfOneMeaning
    else { return nil }
    return Self.name((input, first), (output, last))
  }

  /// The layer of a vision tower that is read and made again.
  package var towerLayer: Int? {
    guard case .towerLayer(let layer) = input, output == input else { return nil }
    return layer
  }

  /// Whether both may stand for the same places, on one family or another: modules whose output
  /// may be what they add count as that.
  package func mayBe(_ other: PlacePair) -> Bool {
    (towerLayer != nil && towerLayer == other.towerLayer)
      || Self.mayBe(input, other.input) && Self.mayBe(output, other.output)
  }

  private static func mayBe(_ a: SiteName, _ b: SiteName) -> Bool {
    guard case .place(let first, let block) = a, case .place(let second, let other) = b,
      block == other
    else { return false }
    return first == second
      || alike.contains { $0.contains(first) && $0.contains(second) }
  }

  private static let alike: [Set<BlockPlace>] = [
    [.attentionModule, .attentionOut], [.feedForwardModule, .feedForwardOut],
    [.postAttentionNorm, .feedForwardIn], [.postAttentionNorm, .attentionOut],
  ]
}
