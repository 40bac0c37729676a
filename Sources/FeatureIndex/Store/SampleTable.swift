import Foundation
import GRDB

/// The sampled tokens' active latents, in memory: 4 bytes each.
struct SampleTable: Sendable {
  /// Of all tokens, one after another.
  private var latents: [Int32] = []
  /// Where each token's end.
  private var ends: [Int] = []
  /// `[latents]`: tokens where each is active.
  private var counts: [Int32]

  init(latentCount: Int) { counts = Array(repeating: 0, count: latentCount) }

  /// Adds a token by the bytes of its row; what is no latent is left out.
  mutating func append(_ data: Data) {
    // Little endian, as it is written.
    for latent in unsafe data.withUnsafeBytes({ bytes in
      (0..<bytes.count / 4).map {
        unsafe UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
      }
    }) where latent < UInt32(clamping: counts.count) {
      latents.append(Int32(latent))
      counts[Int(latent)] += 1
    }
    ends.append(latents.count)
  }

  /// - Returns: tokens where both are active, by the other latent, `[latents]`; and
  ///   those where `latent` is.
  func counts(togetherWith latent: Int) -> (together: [Int32], tokens: Int) {
    var together = [Int32](repeating: 0, count: counts.count)
    var tokens = 0
    var start = 0
    let wanted = Int32(latent)
    for end in ends {
      let token = latents[start..<end]
      start = end
      guard token.contains(wanted) else { continue }
      tokens += 1
      for other in token where other != wanted { together[Int(other)] += 1 }
    }
    return (together, tokens)
  }

  func count(of latent: Int) -> Int { Int(counts[latent]) }
}
