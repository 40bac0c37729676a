package import FeatureIndex
package import Randomness

/// One question to a judge: what is shown, and what is right.
package struct JudgeTrial: Sendable, Equatable {
  /// A picture of the index as it is shown.
  package struct Shown: Sendable, Equatable {
    /// The number of its item.
    package var item: Int
    /// nil: the picture as it is.
    package var lit: LitCells?

    package init(item: Int, lit: LitCells? = nil) {
      self.item = item
      self.lit = lit
    }
  }

  package var pictures: [Shown]
  /// 1 for yes and 0 for no; of an intruder its number, from 1.
  package var truth: Int

  package init(pictures: [Shown], truth: Int) {
    self.pictures = pictures
    self.truth = truth
  }
}

/// A picture on which a latent is active.
package struct ActivePicture: Sendable {
  /// The number of its item.
  package var item: Int
  package var lit: LitCells
  /// The latent's largest activation there.
  package var peak: Float
  /// Whether the explainer was shown it.
  package var wasSeen: Bool

  package init(item: Int, lit: LitCells, peak: Float, wasSeen: Bool) {
    self.item = item
    self.lit = lit
    self.peak = peak
    self.wasSeen = wasSeen
  }
}

/// A picture on which a latent is not active.
package struct InactivePicture: Sendable {
  package var item: Int
  package var grid: GridSize

  package init(item: Int, grid: GridSize) {
    self.item = item
    self.grid = grid
  }
}

/// Which pictures a judge is asked about, as delphi draws its examples: active ones over the
/// quantiles of the latent's activations, others from random ones.
package struct JudgeDraw: Sendable {
  /// From the largest peak down.
  private let active: [ActivePicture]
  private let inactive: [InactivePicture]

  /// Pictures of a round of `intruder`, one of which does not belong to the others.
  package static let roundPictures = 5
  /// Quantiles that rounds of `intruder` are drawn from at most.
  private static let quantiles = 10

  package init(active: [ActivePicture], inactive: [InactivePicture]) {
    self.active = active.sorted { ($0.peak, $1.item) > ($1.peak, $0.item) }
    self.inactive = inactive
  }

  /// Plain pictures, one a question, half of them active, half not; fewer where there are fewer.
  package func detection(questions: Int, _ random: inout SplitMix64) -> [JudgeTrial] {
    let half = min(questions / 2, active.count, inactive.count)
    return spread(half, over: active, &random).map {
      JudgeTrial(pictures: [.init(item: $0.item)], truth: 1)
    }
      + inactive.drawn(half, &random).map {
        JudgeTrial(pictures: [.init(item: $0.item)], truth: 0)
      }
  }

  /// Active pictures, each once with the cells lit where the latent is active and once with as many
  /// others. Pictures more than half of which are active have not as many others, and are left out.
  package func fuzz(questions: Int, _ random: inout SplitMix64) -> [JudgeTrial] {
    let halves = active.filter { 2 * $0.lit.count <= $0.lit.grid.count }
    return spread(min(questions / 2, halves.count), over: halves, &random).flatMap { picture in
      let other = picture.lit.elsewhere(&random)
      return [
        JudgeTrial(pictures: [.init(item: picture.item, lit: picture.lit)], truth: 1)
      ]
        + (other.map {
          [JudgeTrial(pictures: [.init(item: picture.item, lit: $0)], truth: 0)]
        } ?? [])
    }
  }

  /// Rounds of four active pictures of one quantile, lit where the latent is active, and one that
  /// it is not active on, lit like one of the four; quantile after quantile.
  ///
  /// - Returns: nothing where fewer than four pictures are active, or none is not.
  package func intruder(rounds: Int, _ random: inout SplitMix64) -> [JudgeTrial] {
    let others = Self.roundPictures - 1
    let quantiles = min(Self.quantiles, active.count / others)
    guard quantiles > 0, !inactive.isEmpty else { return [] }
    return (0..<rounds).map { round in
      let bin = round % quantiles
      let shown = active[
        bin * active.count / quantiles..<(bin + 1) * active.count / quantiles
      ].drawn(others, &random)
      let intruder = inactive[Int(random.next(below: UInt64(inactive.count)))]
      let like = shown[Int(random.next(below: UInt64(others)))].lit
      let place = Int(random.next(below: UInt64(Self.roundPictures)))
      var pictures = shown.map { JudgeTrial.Shown(item: $0.item, lit: $0.lit) }
      pictures.insert(
        .init(item: intruder.item, lit: like.laid(on: intruder.grid, &random)), at: place)
      return JudgeTrial(pictures: pictures, truth: place + 1)
    }
  }

  /// So many pictures, one of each quantile; such that the explainer saw only where there are not
  /// enough others.
  private func spread(
    _ count: Int, over pictures: [ActivePicture], _ random: inout SplitMix64
  ) -> [ActivePicture] {
    func one(ofEach count: Int, of pictures: [ActivePicture]) -> [ActivePicture] {
      (0..<count).flatMap { bin in
        pictures[bin * pictures.count / count..<(bin + 1) * pictures.count / count]
          .drawn(1, &random)
      }
    }
    let fresh = pictures.filter { !$0.wasSeen }
    if fresh.count >= count { return one(ofEach: count, of: fresh) }
    return fresh + one(ofEach: count - fresh.count, of: pictures.filter(\.wasSeen))
  }
}
