/// Brings pictures to a size that shows something without filling the wire.
struct LegibleSize {
  private let minimumSide: Int
  private let maximumSide: Int

  init(_ style: HeatMapStyle) {
    minimumSide = style.minimumSide
    maximumSide = max(1, style.maximumSide)
  }

  /// Small pictures grow by a whole factor, so that every pixel keeps its share; large ones shrink.
  func applied(to picture: Picture) throws(ImageError) -> Picture {
    let longer = max(picture.width, picture.height)
    if longer > maximumSide {
      let scale = Double(maximumSide) / Double(longer)
      return try picture.resized(
        width: max(1, Int((Double(picture.width) * scale).rounded())),
        height: max(1, Int((Double(picture.height) * scale).rounded())), filter: .bicubic)
    }
    let wanted = min(minimumSide, maximumSide)
    guard longer < wanted else { return picture }
    let factor = max(1, min((wanted + longer - 1) / longer, maximumSide / longer))
    return try picture.resized(
      width: picture.width * factor, height: picture.height * factor,
      filter: factor > 8 ? .nearest : .bicubic)
  }
}
