package import Images
import Tensors

extension Model {
  /// The prompt with another picture of the same size in the place of one of its own, or with other
  /// frames in the place of a video's: the same tokens at the same positions.
  package func prompt(
    _ prompt: Prompt, replacingPicture index: Int, by shown: [Picture]
  ) throws -> Prompt {
    guard let pictures else { throw ModelError.picturesNotSupported(model: folder) }
    let own = prompt.images[index]
    precondition(
      shown.count == own.pictureCount
        && shown.allSatisfy {
          $0.width == own.layout.pictureWidth && $0.height == own.layout.pictureHeight
        }, "pictures of another size")
    var images = prompt.images
    let tiles: PictureTiles? =
      own.layout.isVideo
      ? try pictures.videos?.prepare(shown, cancellation: .never)
      : try pictures.prepare(shown[0], among: images.count { !$0.layout.isVideo })
    guard let tiles else { throw ModelError.framesNotSupported(part: own.part, model: folder) }
    images[index] = PromptImage(
      part: own.part, span: own.span, layout: own.layout, tiles: tiles)
    return Prompt(
      tokens: prompt.tokens, partSpans: prompt.partSpans, images: images, text: prompt.text)
  }
}

extension Prompt {
  /// The prompt with another token at some positions of its text.
  package func replacing(_ positions: some Sequence<Int>, by token: Int) -> Prompt {
    var changed = tokens
    for position in positions { changed[position] = token }
    return Prompt(tokens: changed, partSpans: partSpans, images: images, text: text)
  }
}
