import FoundationEssentials
import SystemReasons

/// A folder of splits: the cache of one module, in either format.
package struct FeatureCache: Sendable {
  package let path: String
  /// By rising latent, none overlapping another.
  package let splits: [FeatureCacheSplit]

  package init(path: String) throws(AutoencoderError) {
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
      throw .cache(path: path, reason: "cannot be listed: \(systemReason(of: error))")
    }
    var splits: [FeatureCacheSplit] = []
    for name in names where FeatureCacheSplit.latents(of: name) != nil {
      splits.append(try FeatureCacheSplit(path: path + "/" + name))
    }
    splits.sort { $0.latents.lowerBound < $1.latents.lowerBound }
    guard !splits.isEmpty else {
      throw .cache(path: path, reason: "no FIRST_LAST.safetensors in it")
    }
    for (split, next) in zip(splits, splits.dropFirst())
    where next.latents.lowerBound <= split.latents.upperBound {
      throw .cache(path: next.path, reason: "its latents are also in \(split.path)")
    }
    self.path = path
    self.splits = splits
  }

  /// Active latents in all splits.
  package var count: Int { splits.reduce(0) { $0 + $1.count } }

  /// The last latents of splits the paper's code wrote, which it never stores: nothing is known
  /// about them.
  package var missingLatents: [Int] {
    splits.filter { !$0.isRelative }.map(\.latents.upperBound)
  }
}
