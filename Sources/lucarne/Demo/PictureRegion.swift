/// One thing of a picture.
struct PictureRegion: Decodable {
  /// The value of the thing's pixels in the picture's mask.
  let identifier: Int
  let word: String?
}
