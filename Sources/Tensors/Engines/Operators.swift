/// The operators that a transformer is made of, each with its pullback, on one engine.
///
/// `HostOperators` are this module's own, on the processor. Another engine holds its rows and
/// weights elsewhere, as a GPU does, so that every operator may fail there and all of them throw.
/// What each computes is told at the function of the same name in `Operators`; an engine differs
/// from another in the order of its sums, never in what is rounded to bfloat16.
package protocol Operators: Sendable {
  associatedtype Rows: RowArray
  associatedtype RoundedRows: RoundedRowArray
  associatedtype Linear: LinearOperator where Linear.Rows == Rows
  /// One number a column, such as a norm's weight.
  associatedtype Vector: Sendable

  /// Whether products with weights of 16 bits are in bfloat16.
  var roundsProducts: Bool { get }

  // MARK: In and out

  func rows(_ matrix: Matrix) throws -> Rows
  func matrix(_ rows: Rows) throws -> Matrix
  func vector(_ values: [Float]) throws -> Vector
  /// No keys or values, `[0, columns]`, in the type that they are kept in: rounded as they are
  /// appended where every product rounds them anyway.
  func noKeys(columns: Int) throws -> Rows
  /// - Parameter bias: `[weight.rows]`.
  func linear(_ weight: WeightMatrix, bias: [Float]?) throws -> Linear

  // MARK: Arithmetic of rows

  /// a + b, of one shape.
  func sum(_ a: Rows, _ b: Rows) throws -> Rows
  /// a − b, of one shape.
  func difference(_ a: Rows, _ b: Rows) throws -> Rows
  /// Adds `other` `[n, columns]` to the rows from `row` on.
  func add(_ other: Rows, to rows: inout Rows, atRow row: Int) throws
  /// x `[T, D]`, each column times its factor.
  func scaled(_ x: Rows, columnsBy factors: Vector) throws -> Rows
  /// Rows one below the other; all have the same number of columns.
  func stacked(_ parts: [Rows]) throws -> Rows
  /// Rows of bfloat16, to nearest, ties to even.
  func rounded(_ x: Rows) throws -> RoundedRows
  /// Some rows as float32.
  func floats(_ x: RoundedRows, rows: Range<Int>) throws -> Rows
  /// Rows one below the other.
  func stacked(_ parts: [RoundedRows]) throws -> RoundedRows

  // MARK: Norms

  func rmsNorm(_ x: Rows, weight: Vector, epsilon: Float) throws -> Rows
  func rmsNormPullback(
    _ x: Rows, weight: Vector, epsilon: Float, outputGradient: Rows, holdingScale: Bool
  ) throws -> Rows
  func layerNorm(_ x: Rows, weight: Vector, bias: Vector, epsilon: Float) throws -> Rows
  func layerNormPullback(
    _ x: Rows, weight: Vector, epsilon: Float, outputGradient: Rows
  ) throws -> Rows

  // MARK: Elementwise functions

  func activated(_ x: Rows, by activation: Activation) throws -> Rows
  func activationPullback(
    _ x: Rows, by activation: Activation, outputGradient: Rows
  ) throws -> Rows
  func gated(_ gate: Rows, up: Rows, by activation: GateActivation) throws -> Rows
  func gatedPullback(
    _ gate: Rows, up: Rows, by activation: GateActivation, outputGradient: Rows, sharing: Bool
  ) throws -> (gate: Rows, up: Rows)

  // MARK: Attention

  /// x `[T, heads·d]`, its rows at `positions`, rotated.
  func rotated(_ x: Rows, by embedding: RotaryEmbedding, at positions: RowPositions) throws -> Rows
  func rotationPullback(
    _ outputGradient: Rows, by embedding: RotaryEmbedding, at positions: RowPositions
  ) throws -> Rows
  func attention(
    _ q: Rows, _ k: Rows, _ v: Rows, shape: AttentionShape, firstQueryPosition: Int,
    keyEnds: [Int]?, cancellation: Cancellation
  ) throws -> (output: Rows, logSumExp: Rows)
  func attentionPullback(
    _ q: Rows, _ k: Rows, _ v: Rows, output: Rows, logSumExp: Rows, shape: AttentionShape,
    firstQueryPosition: Int, keyEnds: [Int]?, outputGradient: Rows
  ) throws -> (q: Rows, k: Rows, v: Rows)
}
