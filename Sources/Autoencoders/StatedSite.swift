package import Checkpoints

/// The places in a model that an autoencoder's files say it reads and makes again.
package struct StatedSite: Sendable, Equatable {
  /// As the files have it.
  package let name: String
  package let places: PlacePair

  /// Whether it reads what it makes again.
  package var isOfOnePlace: Bool { places.input == places.output }

  /// The kernel's name of the site (`resid_post.24`); nil for what is none, or what only the model
  /// can tell.
  package var site: String? { places.name }

  /// Nil where `name` is no name of a place at all.
  init?(folderName name: String) {
    let places = PlacePair(name)
    guard places.refusal != .unknown else { return nil }
    self.init(name: name, places: places)
  }

  /// Places by a name that is a format's own.
  init(name: String, places: PlacePair) {
    (self.name, self.places) = (name, places)
  }

  /// The output of a block, by a name that is a format's own.
  init(folderName name: String, block: Int) {
    let output = SiteName.place(.residualPost, block: block)
    self.init(name: name, places: PlacePair(input: output, output: output))
  }

  /// A place that is no site here, which no name of a module says.
  init(otherPlace name: String) {
    self.init(name: name, places: PlacePair(input: .otherPlace, output: .otherPlace))
  }

  /// What a configuration names. Throws for every place that is no site here, so that a file is
  /// never used where it does not belong, unless the site was asked for by name.
  /// - Parameter output: what a transcoder makes again; nil for what it reads.
  init(
    hook name: String, output: String? = nil, path: String, asked: String?
  ) throws(AutoencoderError) {
    let isPair = output.map { $0 != name } ?? false
    self.init(
      name: isPair ? "\(name) -> \(output ?? "")" : name,
      places: PlacePair(input: SiteName(name), output: SiteName(output ?? name)))
    try require(path: path, asked: asked)
  }

  /// The same of a transcoder: a module's name stands for its input and its output.
  var asTranscoder: StatedSite {
    StatedSite(
      name: name, places: places.input == places.output ? PlacePair(ofModule: name) : places)
  }

  func require(path: String, asked: String?) throws(AutoencoderError) {
    guard places.refusal != nil, asked == nil else { return }
    let wrong =
      name.split(separator: "->").map { $0.filter { $0 != " " } }
      .first { !SiteName($0).isPlace }
    throw .site(
      path: path,
      reason: "\(SiteName.refusal(of: wrong ?? name)). A site that is given overrides what the "
        + "files say")
  }
}
