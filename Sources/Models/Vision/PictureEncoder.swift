package import Images
package import Tensors

/// What a model sees with: everything between a picture and the embeddings of its tokens.
///
/// A family that sees makes one from its checkpoint. Immutable: every call is a function of its
/// arguments.
package protocol PictureEncoder: Sendable {
  /// The token that a picture's embeddings replace, once for each of its tokens.
  var imageToken: Int { get }
  /// The text that stands for a picture in a prompt.
  var imageText: String { get }
  /// The views that a picture's layout may have, in the order of their tokens. `text` is none: it
  /// stands for what is no picture.
  var viewNames: [String] { get }
  /// Which library's resizing is applied to pictures.
  var resizing: PictureResizing { get }
  /// The patches of one tile.
  var tileGrid: (rows: Int, columns: Int) { get }
  /// The rule by which layouts can be made without the model; nil where there is none.
  var tilingRule: TilingRule? { get }

  /// How a picture of this size, in pixels, becomes tokens as one of `count` of its prompt; nothing
  /// is resized yet.
  func layout(width: Int, height: Int, among count: Int) throws -> PictureLayout

  /// The pixels that the tower is given of one of `count` pictures of a prompt.
  func prepare(_ picture: Picture, among count: Int) throws -> PictureTiles

  /// The embeddings of the picture's first `count` tokens or more, `[≥ count, D]`: views behind
  /// those need not run.
  func embed(
    _ tiles: PictureTiles, layout: PictureLayout, first count: Int, cancellation: Cancellation
  ) throws -> Matrix

  /// An upper estimate of the working set of `embed`, in bytes; 0 without tiles.
  func workingBytes(tiles: Int) -> Int
}
