/// What a picture's header says, with the side and orientation as stored.
package struct PictureHeader: Sendable, Equatable {
  package let format: PictureFormat
  /// Columns as stored, before the orientation is applied.
  package let width: Int
  /// Rows as stored, before the orientation is applied.
  package let height: Int
  package let orientation: Orientation
}
