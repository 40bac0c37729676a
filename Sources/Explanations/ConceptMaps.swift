/// Where latents are active on the pictures of a concept set, and which pixels of each position's
/// patch are which concept's.
package struct ConceptMaps: Sendable {
  /// The patches of one picture, row-major.
  struct Patches: Sendable {
    /// Pixels by position.
    var areas: [Int32]
    /// Where each position's covers begin; one more than positions.
    var offsets: [Int32]
    var covers: [Cover]
  }

  struct Cover: Sendable {
    var concept: Int32
    var pixels: Int32
  }

  package let set: ConceptSet
  package let activations: LatentMaps
  let patches: [Patches]
  /// Pixels of each concept in each picture: `[concept][picture]`.
  let conceptAreas: [[Int]]

  package var latentCount: Int { activations.latentCount }
  package func isActive(_ latent: Int) -> Bool { activations.isActive(latent) }
  package var activeLatents: Int { (0..<latentCount).count { isActive($0) } }

  func entries(ofLatent latent: Int) -> ArraySlice<LatentMaps.Entry> {
    activations.entries(ofLatent: latent)
  }

  func covers(picture: Int, position: Int) -> ArraySlice<Cover> {
    let patches = patches[picture]
    return patches.covers[Int(patches.offsets[position])..<Int(patches.offsets[position + 1])]
  }

  /// On which half of the pictures a concept is measured: every other picture with it, and every
  /// other one without, by their order. Latents are chosen on the first half (false) and
  /// measured on the second (true).
  func measuringHalf(ofConcept concept: Int) -> [Bool] {
    let places = set.concepts[concept].places
    var (with, without) = (0, 0)
    return set.pictures.indices.map { picture in
      if places[picture] != nil {
        with += 1
        return with.isMultiple(of: 2)
      }
      without += 1
      return without.isMultiple(of: 2)
    }
  }
}
