// Written by protocol/generator from protocol/openrpc.json.

/// A video as pictures of one size in the order in which they are shown. Which frames of a film
/// these are is the client's choice: none is left out. A region's image counts videos, too, in the
/// order of the parts; view names a frame, and box is in that frame's pixels.
package struct VideoSource: Codable, Sendable, Equatable {
  /// At most 512.
  package var frames: [ImageSource]

  package init(frames: [ImageSource]) {
    self.frames = frames
  }

  package init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    frames = try members.nonEmpty(.frames)
  }
}
