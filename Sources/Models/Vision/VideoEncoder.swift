package import Images
package import Tensors

/// How a family sees a video that is given as pictures of one size, in order: its frames.
package protocol VideoEncoder: Sendable {
  /// The token that a video's embeddings replace, once for each of its tokens.
  var videoToken: Int { get }
  /// The text of `videoToken`, which stands for a video in a prompt, too.
  var videoText: String { get }

  /// How `count` frames of this size, in pixels, become tokens: a view for each, named by
  /// `FrameView`; nothing is resized yet.
  func layout(frames count: Int, width: Int, height: Int) throws -> PictureLayout

  /// The pixels that the tower is given of the frames, a tile each.
  func prepare(_ frames: [Picture], cancellation: Cancellation) throws -> PictureTiles
}

/// What the views of a video are called, `frame1` and so on in the order of its frames.
package enum FrameView {
  /// More would not fit any of the contexts of models that see videos so.
  package static let mostFrames = 512

  /// - Parameter index: of the frame, from 0.
  package static func name(_ index: Int) -> String { "frame\(index + 1)" }
}
