package import Images

extension Model {
  /// The prompt with another picture of the same size in the place of one of its own: the same
  /// tokens at the same positions.
  package func prompt(
    _ prompt: Prompt, replacingPicture index: Int, by picture: Picture
  ) throws -> Prompt {
    guard let pictures else { throw ModelError.picturesNotSupported(model: folder) }
    let own = prompt.images[index]
    precondition(
      picture.width == own.layout.pictureWidth && picture.height == own.layout.pictureHeight,
      "a picture of another size")
    var images = prompt.images
    images[index] = PromptImage(
      part: own.part, span: own.span, layout: own.layout,
      tiles: try pictures.prepare(picture, among: images.count))
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
