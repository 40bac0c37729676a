/// What a stretch of the stream turned out to be.
package enum FrameEvent: Equatable, Sendable {
  /// A whole body; whether it is JSON has not been looked at.
  case body([UInt8])
  /// A frame that is dropped; the stream goes on behind it.
  case rejected(ResponseFailure)
  /// The stream cannot be read any further.
  case fatal(ResponseFailure)
}
