import Corpora
import FeatureIndex
import Images
import Indexing
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
  /// The picture as its file has it, for a worker to decode.
  /// - Throws: `IndexPictureError`.
  func visionPicture(within limits: PictureLimits) throws(IndexPictureError) -> VisionPicture {
    VisionPicture(bytes: try pictureBytes(within: limits), width: width, height: height)
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
      do throws(IndexPictureError) {
        let picture = try shown.item.visionPicture(within: limits)
        let content = SHA256.digest(of: picture.bytes)
        guard contents.insert(content).inserted else { continue }
        pictures.append(
          ScoredPicture(
            item: shown.exemplar.item, picture: picture, content: content, map: shown.map))
      } catch { missing.append("\(error)") }
    }
    return (pictures, missing)
  }
}
