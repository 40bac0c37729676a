/// How a code is put back into the residual stream.
///
/// With x the residual, z its code and z′ the changed code, blocks above the site run on
/// x + (decode(z′) − decode(z)) when the error term is kept, and on decode(z′) when it is dropped.
package struct Splice: Sendable, Equatable, Hashable {
  package enum ErrorTerm: Sendable { case keep, drop }
  /// Whether top-k is taken again after the change, so that a latent at rank k + 1 may enter and a
  /// small clamp may be lost.
  package enum Reselection: Sendable { case none, topK }

  package let errorTerm: ErrorTerm
  package let reselection: Reselection

  package init(errorTerm: ErrorTerm = .keep, reselection: Reselection = .none) {
    self.errorTerm = errorTerm
    self.reselection = reselection
  }
}
