import FoundationEssentials
import Images

/// A picture of the world's held-out set with what its drawing program knows about it.
struct HeldOutPicture: Decodable {
  let name: String
  let scene: String
  let basin: String?
  let regions: [PictureRegion]
  let questions: [PictureQuestion]

  /// The words that are written in the picture.
  var words: [String] { regions.compactMap(\.word) }

  /// What is to be seen, in words.
  var summary: String {
    let place = basin.map { "a map of the \($0) basin" } ?? "a \(scene)"
    return words.isEmpty
      ? place
      : place + " with the word\(words.count == 1 ? "" : "s") " + words.joined(separator: ", ")
  }
}

/// One thing of a picture.
struct PictureRegion: Decodable {
  /// The value of the thing's pixels in the picture's mask.
  let identifier: Int
  let word: String?
}

/// A question about a picture with its right answer.
struct PictureQuestion: Decodable {
  let kind: String
  let text: String
  let answer: String

  /// Whether it asks for something that is neither drawn nor written, but goes with what is.
  var isProbe: Bool { kind == "probe" }
  var isYesOrNo: Bool { answer == "Yes" || answer == "No" }
}

/// The world's held-out pictures.
struct HeldOutSet {
  let folder: String
  let pictures: [HeldOutPicture]

  /// - Throws: `DemoError.heldOutUnreadable`.
  init(folder: String) throws(DemoError) {
    self.folder = folder
    let path = folder + "/heldout.json"
    do {
      pictures = try JSONDecoder().decode(
        [HeldOutPicture].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw .heldOutUnreadable(path: path, reason: "\(error)")
    }
  }

  func path(of picture: HeldOutPicture) -> String { "\(folder)/\(picture.name).png" }

  /// Where words are written in a picture.
  /// - Throws: `DemoError.heldOutUnreadable`.
  func wordMask(of picture: HeldOutPicture) throws(DemoError) -> PixelMask {
    let path = "\(folder)/\(picture.name).mask.png"
    do {
      let mask = try PictureDecoder().picture(atPath: path)
      let words = Set(picture.regions.filter { $0.word != nil }.map(\.identifier))
      return PixelMask(width: mask.width, height: mask.height) { x, y in
        words.contains(Int(mask[x, y].red))
      }
    } catch {
      throw .heldOutUnreadable(path: path, reason: "\(error)")
    }
  }
}
