/// What a stretch of the stream turned out to be.
package enum FrameEvent: Equatable, Sendable {
  /// A whole body; whether it is JSON has not been looked at.
  case body([UInt8])
  /// A frame that is dropped; the stream goes on behind it.
  case rejected(ResponseFailure)
  /// A frame that is longer than the limit and is skipped; its beginning may
  /// have the id to answer under.
  case oversized(ResponseFailure, beginning: [UInt8])
  /// The stream cannot be read any further.
  case fatal(ResponseFailure)
}
