import Checkpoints

/// The place in a model that an autoencoder's files say it reads.
package struct StatedSite: Sendable, Equatable {
  /// As the files have it.
  package let name: String
  /// The kernel's name of it (`resid_post.24`); nil for a place that is no site here.
  package let site: String?

  /// Nil where `name` is no name of a place at all.
  init?(folderName name: String) {
    guard SiteName(name) != .unknown else { return nil }
    self.init(name: name)
  }

  private init(name: String) {
    self.name = name
    site = SiteName.block(ofOutput: name).map(SiteName.ofOutput)
  }

  /// The output of a block, by a name that is a format's own.
  init(folderName name: String, block: Int) {
    self.name = name
    site = SiteName.ofOutput(block: block)
  }

  /// A place that is no site here, which no name of a module says.
  init(otherPlace name: String) {
    self.name = name
    site = nil
  }

  /// What a configuration names. Throws for every place that is no site here, so that a file is
  /// never used where it does not belong, unless the site was asked for by name.
  init(hook name: String, path: String, asked: String?) throws(AutoencoderError) {
    self.init(name: name)
    try require(path: path, asked: asked)
  }

  func require(path: String, asked: String?) throws(AutoencoderError) {
    guard site == nil, asked == nil else { return }
    throw .site(
      path: path,
      reason: "\(SiteName.refusal(of: name)). A site that is given overrides what the files say")
  }
}
