import Tensors

/// A decoder's blocks, final norm and head on some engine: what `Decoder` asks of it, with matrices
/// of this process in and out.
///
/// T tokens, D hidden size, V vocabulary. What is not finite is the decoder's to refuse.
protocol DecoderBlocks: Sendable {
  /// No keys or values, `[0, G·d]`.
  var emptyRows: any RowArray { get }

  /// `Decoder.forward`; `start` is the position of x's first row.
  func forward(
    _ x: Matrix, over range: Range<StreamPoint>, from start: Int, cache: inout KeyValueCache,
    rows n: Int, tap: inout SiteTap, cancellation: Cancellation
  ) throws -> Matrix

  /// The outputs of branches, `[n, D]` each, whose later starts come first.
  func forward(
    _ branches: [Branch], over range: Range<StreamPoint>, after cache: KeyValueCache,
    cancellation: Cancellation
  ) throws -> [Matrix]

  /// `Decoder.forwardSaving`; `start` is the position of x's first row.
  func forwardSaving(
    _ x: Matrix, over range: Range<StreamPoint>, from start: Int, cache: inout KeyValueCache,
    rows n: Int, keeping detail: SavedDetail, tap: inout SiteTap, onBlock: (Int) -> Void,
    cancellation: Cancellation
  ) throws -> SavedForward

  /// The gradients at some points that a saved run passed, from that of its output `[n, D]`.
  /// `meet` hears of each, the highest first, as the way back comes to it.
  func pullback(
    _ saved: SavedForward, outputGradient: Matrix, rule: PullbackRule, at points: Set<StreamPoint>,
    cancellation: Cancellation, meet: (StreamPoint, StreamGradient) throws -> Void
  ) throws

  /// Final norm, then head: `[n, D]` → `[n, V]`.
  func logits(_ x: Matrix) throws -> Matrix
  /// The final norm's weight, then the head: `[n, D]` → `[n, V]`.
  func weightedLogits(_ x: Matrix) throws -> Matrix
  /// The gradient before the head `[n, D]` from that of the logits `[n, V]`.
  func headPullback(_ outputGradient: Matrix) throws -> Matrix

  /// `Decoder.streamChange`
  func streamChange(of change: Matrix, from y: Matrix, at site: Site) throws -> Matrix
  /// `Decoder.gradient`
  func gradient(
    at site: Site, of y: Matrix, streamGradient: Matrix, rule: PullbackRule
  ) throws -> Matrix
  /// `Decoder.streamDirections`
  func streamDirections(of directions: Matrix, at site: Site) throws -> Matrix
}
