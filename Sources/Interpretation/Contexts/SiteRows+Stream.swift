import Models
package import Tensors

/// What lies above an autoencoder's site runs on.
package struct SiteInput: Sendable {
  /// What stands in the place of what the autoencoder makes, `[t, D_out]`.
  let made: Matrix
  /// The residual stream with it, `[t, D]`.
  package let stream: Matrix
}

/// The one way from a change of what an autoencoder makes to one of the residual stream, and from
/// the stream's gradient to that at what it makes.
extension SiteRows {
  /// The model's own run.
  package var own: SiteInput { SiteInput(made: output, stream: stream) }

  /// The run with y `[t, D_out]` in the place of what is made; what passes the site by stays.
  package func input(making y: Matrix, cancellation: Cancellation) throws -> SiteInput {
    guard site.towerLayer == nil else {
      let y = try y.usableResidual()
      return SiteInput(
        made: y,
        stream: try tower?.embeddings(stream, making: y, cancellation: cancellation) ?? stream)
    }
    return SiteInput(
      made: y, stream: site.isStream ? y : try stream + streamChange(of: y - output, from: output))
  }

  /// The run with what is made moved by `change` `[t, D_out]`.
  func input(
    _ base: SiteInput, movedBy change: Matrix, cancellation: Cancellation
  ) throws -> SiteInput {
    guard site.towerLayer == nil else {
      return try input(making: base.made + change, cancellation: cancellation)
    }
    return SiteInput(
      made: base.made + change,
      stream: try base.stream + streamChange(of: change, from: base.made))
  }

  /// The run with zeros in the place of what is made: of a point of the stream zeros themselves.
  package func withoutMade(cancellation: Cancellation) throws -> SiteInput {
    let zeros = Matrix(rows: output.rows, columns: output.columns)
    guard site.towerLayer == nil else {
      return try input(making: zeros, cancellation: cancellation)
    }
    return SiteInput(
      made: zeros,
      stream: site.isStream
        ? Matrix(rows: stream.rows, columns: stream.columns)
        : try stream + streamChange(of: output.scaled(by: -1), from: output))
  }

  /// The gradient `[t, D_out]` at what is made from that of the stream `[t, D]`.
  func gradient(
    _ streamGradient: Matrix, at input: SiteInput, rule: PullbackRule, cancellation: Cancellation
  ) throws -> Matrix {
    guard site.towerLayer == nil else {
      return try tower?.gradient(streamGradient, at: input.made, cancellation: cancellation)
        ?? Matrix(rows: output.rows, columns: output.columns)
    }
    return try decoder.gradient(
      at: site.output, of: input.made, streamGradient: streamGradient, rule: rule)
  }

  /// What the stream gains, `[t, D]`, where what is made, y `[t, D_out]`, gains `change`: at a
  /// layer of the vision tower, the tower's own.
  func streamChange(of change: Matrix, from y: Matrix) throws -> Matrix {
    site.towerLayer == nil ? try decoder.streamChange(of: change, from: y, at: site.output) : change
  }
}
