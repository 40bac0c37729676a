import Corpora
package import FeatureIndex
package import Images
import SystemReasons

extension IndexItem {
  /// The picture, found again where it lay when it was taken in.
  ///
  /// - Throws: `IndexPictureError` where it is gone, or is not what it was: a map of activations
  ///   means nothing over another picture.
  package func foundPicture(within limits: PictureLimits) throws(IndexPictureError) -> Picture {
    let bytes = try pictureBytes(within: limits)
    let found: Picture
    do { found = try PictureDecoder(limits: limits).picture(from: bytes) } catch {
      throw .unreadable(item: name, reason: error)
    }
    guard found.width == width, found.height == height else { throw changed() }
    return found
  }

  /// The picture's file, byte for byte what was taken in.
  /// - Throws: `IndexPictureError`.
  package func pictureBytes(
    within limits: PictureLimits
  ) throws(IndexPictureError) -> [UInt8] {
    guard let location = picture else { throw .none(item: name) }
    let bytes: [UInt8]
    do { bytes = try location.bytes(limits: limits) } catch {
      throw .gone(item: name, reason: systemReason(of: error))
    }
    guard isContent(picture: bytes) else { throw changed() }
    return bytes
  }

  private func changed() -> IndexPictureError {
    let place =
      switch picture {
      case .file(let path), .slice(let path, _, _): path
      case .stored, nil: "the index"
      }
    return .changed(item: name, place: place)
  }

  /// Whether the item's digest is that of these bytes with its text. Where an answer belonged to
  /// the text, the two were joined by a line break.
  package func isContent(picture bytes: [UInt8]) -> Bool {
    let picture = SHA256.digest(of: bytes)
    guard let text else { return digest == picture }
    func isMade(of words: [UInt8]) -> Bool {
      SHA256.digest(of: picture + SHA256.digest(of: words)) == digest
    }
    let words = Array(text.utf8)
    if isMade(of: words) || isMade(of: [0] + words) { return true }
    return words.indices.filter { words[$0] == 0x0A }.prefix(256).contains { place in
      isMade(of: words[..<place] + [0] + words[(place + 1)...])
    }
  }
}
