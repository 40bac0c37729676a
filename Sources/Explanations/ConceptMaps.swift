/// Where latents are active on the pictures of a concept set, and which pixels of each position's
/// patch are which concept's.
package struct ConceptMaps: Sendable {
  /// A position of a latent's map.
  struct Entry: Sendable {
    var picture: Int32
    var position: Int32
    var value: Float
  }

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
  package let latentCount: Int
  let patches: [Patches]
  /// Pixels of each concept in each picture: `[concept][picture]`.
  let conceptAreas: [[Int]]
  /// By latent, then picture, then position.
  let entries: [Entry]
  /// Where each latent's entries begin; one more than latents.
  let offsets: [Int]

  func entries(ofLatent latent: Int) -> ArraySlice<Entry> {
    entries[offsets[latent]..<offsets[latent + 1]]
  }

  package func isActive(_ latent: Int) -> Bool { offsets[latent] < offsets[latent + 1] }

  package var activeLatents: Int { (0..<latentCount).count { isActive($0) } }

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
