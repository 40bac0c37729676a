package import Images
package import Tensors

/// What a model sees with: everything between a picture and the embeddings of its tokens.
///
/// A family that sees makes one from its checkpoint. Immutable: every call is a function of its
/// arguments.
package protocol PictureEncoder: Sendable {
  /// The token that a picture's embeddings replace, once for each of its tokens.
  var imageToken: Int { get }
  /// The text of `imageToken`.
  var tokenText: String { get }
  /// The text that stands for a picture in a prompt.
  var imageText: String { get }
  /// The text that stands for a video in the family's prompts; nil in a family that sees none.
  var videoText: String? { get }
  /// How videos are seen; nil where none of a prompt's parts can be one.
  var videos: (any VideoEncoder)? { get }
  /// Whether a picture's tokens that stand side by side see each other both ways.
  var seesWholeViews: Bool { get }
  /// Whether a picture's tokens stand as grids for the rotary embedding, not one after the other:
  /// each view of it, of cells row by row.
  var areGrids: Bool { get }
  /// The views that a picture's layout may have, in the order of their tokens. `text` is none: it
  /// stands for what is no picture.
  var viewNames: [String] { get }
  /// The view of the most detail that every picture has.
  var finestView: String { get }
  /// Which library's resizing is applied to pictures.
  var resizing: PictureResizing { get }
  /// The patches of one tile.
  var tileGrid: (rows: Int, columns: Int) { get }
  /// The rule by which layouts can be made without the model; nil where there is none.
  var tilingRule: TilingRule? { get }

  /// How a picture of this size, in pixels, becomes tokens as one of `count` of its prompt; nothing
  /// is resized yet.
  func layout(width: Int, height: Int, among count: Int) throws -> PictureLayout

  /// What comes in the place of `imageText` before a prompt is cut into tokens: `tokenText` for
  /// each token with an embedding of the picture's, and what the family writes around and between.
  /// From the first of those tokens to the last there are `layout.tokenCount`.
  func expansion(of layout: PictureLayout) -> String

  /// The pixels that the tower is given of one of `count` pictures of a prompt.
  func prepare(_ picture: Picture, among count: Int) throws -> PictureTiles

  /// What the picture's first `count` tokens or more are to the decoder, `[≥ count, D]`: views
  /// behind those need not run.
  func embed(
    _ tiles: PictureTiles, layout: PictureLayout, first count: Int, cancellation: Cancellation
  ) throws -> PictureFeatures

  /// An upper estimate of the working set of `embed`, in bytes.
  func workingBytes(_ tiles: PictureTiles) -> Int
}

/// A picture is a row of its tokens and nothing else, seen from left to right.
extension PictureEncoder {
  var tokenText: String { imageText }
  var videoText: String? { nil }
  var videos: (any VideoEncoder)? { nil }
  var seesWholeViews: Bool { false }
  var areGrids: Bool { false }
  var finestView: String { viewNames.last ?? "" }

  func expansion(of layout: PictureLayout) -> String {
    String(repeating: tokenText, count: layout.tokenCount)
  }
}

extension Collection<Int> where Index == Int {
  /// The stretches of one token, as long as they go.
  func runs(of token: Int) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for index in indices where self[index] == token {
      if let last = runs.last, last.upperBound == index {
        runs[runs.count - 1] = last.lowerBound..<index + 1
      } else {
        runs.append(index..<index + 1)
      }
    }
    return runs
  }
}
