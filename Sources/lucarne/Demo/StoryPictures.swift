import FoundationEssentials
import Images
import KernelProtocol
import SystemReasons

/// The story's pictures, as the kernel drew them.
struct StoryPictures {
  /// The picture as the model saw it, a PNG.
  let original: [UInt8]
  /// The heat map in patches, and smoothed.
  let patches: [UInt8]?
  let smooth: [UInt8]?
  /// The token strip, as a picture and as HTML.
  let strip: [UInt8]?
  let stripHTML: String?

  /// - Throws: `DemoError.heldOutUnreadable` when the picture is gone.
  init(_ story: Story) throws {
    func drawn(_ found: AttributionCompute.Result, _ name: String, _ type: String) -> [UInt8]? {
      found.renderings?.first { $0.name == name && $0.mimeType == type }
        .flatMap { Base64.decode($0.base64) }
    }
    let explanation = story.explanation
    patches = drawn(explanation.found, Interview.picturePart, "image/png")
    smooth = drawn(explanation.occlusion, Interview.picturePart, "image/png")
    strip = drawn(explanation.occlusion, "text", "image/png")
    stripHTML = drawn(explanation.found, "text", "text/html").map {
      String(decoding: $0, as: UTF8.self)
    }
    do {
      // As the model saw it: upright, without what is transparent.
      original = try PNGEncoder.data(PictureDecoder().picture(atPath: story.picture.path))
    } catch {
      throw DemoError.heldOutUnreadable(path: story.picture.path, reason: systemReason(of: error))
    }
  }

  /// The files to write, by name.
  var files: [(name: String, bytes: [UInt8])] {
    [
      ("picture.png", original),
      ("attribution-patches.png", patches), ("attribution-smooth.png", smooth),
      ("attribution-words.png", strip),
    ].compactMap { name, bytes in bytes.map { (name, $0) } }
  }
}
