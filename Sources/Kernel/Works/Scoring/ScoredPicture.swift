import Corpora
import FeatureIndex
import Images
import Indexing
import JSONRPC
import KernelProtocol
import SystemReasons
import VisionWorkers

/// A picture of an index as the vision worker is given it, and where a latent is active on it.
struct ScoredPicture {
  let item: Int
  let picture: VisionPicture
  /// SHA-256 of the picture's bytes: pictures of equal content are one.
  let content: [UInt8]
  let map: ActivationMap
}

extension IndexItem {
  /// The bytes of the picture's file, which is where it was and what it was.
  /// - Throws: `DomainError` of kind `imageUnreadable`.
  func visionPicture(within limits: PictureLimits) throws(DomainError) -> VisionPicture {
    guard let location = picture else {
      throw DomainError(.imageUnreadable, "\(quoted(name)) has no picture")
    }
    let bytes: [UInt8]
    do { bytes = try location.bytes(limits: limits) } catch {
      throw DomainError(
        .imageUnreadable, "the picture of \(quoted(name)) is not where it was: \(error)",
        hint: "put it back, or build the index with keepPictures: copy")
    }
    guard isContent(picture: bytes) else {
      throw DomainError(
        .imageUnreadable, "the picture of \(quoted(name)) has changed since the index was built")
    }
    return VisionPicture(bytes: bytes, width: width, height: height)
  }
}

extension FeatureIndexStore {
  /// A latent's best pictures of different contents, the best first, and why others are left out.
  func bestPictures(
    ofLatent latent: Int, view: IndexView, ranking: IndexRanking, count: Int,
    limits: PictureLimits
  ) throws -> (pictures: [ScoredPicture], missing: [String]) {
    var (pictures, missing): ([ScoredPicture], [String]) = ([], [])
    var contents: Set<[UInt8]> = []
    for shown in try exemplars(
      ofLatent: latent, view: view, ranking: ranking, limit: options.exemplars)
    where pictures.count < count {
      do throws(DomainError) {
        let picture = try shown.item.visionPicture(within: limits)
        let content = SHA256.digest(of: picture.bytes)
        guard contents.insert(content).inserted else { continue }
        pictures.append(
          ScoredPicture(
            item: shown.exemplar.item, picture: picture, content: content, map: shown.map))
      } catch { missing.append(error.message) }
    }
    return (pictures, missing)
  }
}
