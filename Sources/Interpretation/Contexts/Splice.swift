/// How a code is put back into the residual stream.
///
/// With s the stream at the site, z the code there and z′ the changed code, what lies above runs on
/// s + (decode(z′) − decode(z)) when the error term is kept. When it is dropped what is
/// reconstructed is replaced by its reconstruction: s by decode(z′), or, where the autoencoder
/// makes an update y that is added to the stream, s by s + (decode(z′) − y), a skip connection's
/// share included.
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
