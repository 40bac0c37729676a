import Images
import JSON
import JSONRPC
import KernelProtocol
import SystemReasons

/// The world's held-out pictures.
struct HeldOutSet {
  let folder: String
  let pictures: [HeldOutPicture]

  /// - Throws: `DemoError.heldOutUnreadable`.
  init(folder: String) throws(DemoError) {
    self.folder = folder
    let path = folder + "/heldout.json"
    do {
      pictures = try JSONFile.value(at: path, byteLimit: 16 << 20).decode(path: "pictures")
    } catch let error as JSONFileError {
      throw .heldOutUnreadable(path: path, reason: error.reason)
    } catch {
      throw .heldOutUnreadable(path: path, reason: systemReason(of: error))
    }
  }

  func path(of picture: HeldOutPicture) -> String { "\(folder)/\(picture.name).png" }

  /// The boxes of the words that are written in a picture, named for them.
  /// - Throws: `DemoError.heldOutUnreadable`.
  func words(
    of picture: HeldOutPicture
  ) throws(DemoError) -> [AttributionCompute.NamedRegion] {
    guard !picture.words.isEmpty else { return [] }
    let path = "\(folder)/\(picture.name).mask.png"
    do {
      let mask = try PictureDecoder().picture(atPath: path)
      return picture.regions.compactMap { region in
        guard let word = region.word, let box = Self.box(of: region.identifier, in: mask) else {
          return nil
        }
        return .init(name: word, region: .image(0, view: nil, box: box))
      }
    } catch {
      throw .heldOutUnreadable(path: path, reason: systemReason(of: error))
    }
  }

  /// The smallest box around the pixels of a mask that have a value.
  private static func box(of identifier: Int, in mask: Picture) -> Box? {
    let pixels = (0..<mask.width * mask.height).map { ($0 % mask.width, $0 / mask.width) }
      .filter { x, y in Int(mask[x, y].red) == identifier }
    guard let left = pixels.map(\.0).min(), let right = pixels.map(\.0).max(),
      let top = pixels.map(\.1).min(), let bottom = pixels.map(\.1).max()
    else { return nil }
    return Box(
      x0: Double(left), y0: Double(top), x1: Double(right + 1), y1: Double(bottom + 1))
  }
}
