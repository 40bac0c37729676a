import ArgumentParser

/// The model of a command that works with one, and its autoencoder; by default those that ship.
struct ModelArguments: ParsableArguments {
  @Option(help: "A Hugging Face checkpoint folder (default: the model that ships).")
  var model: String?

  @Option(name: .customLong("sae"), help: "An autoencoder folder (default: the one that ships).")
  var autoencoder: String?

  @Option(
    help: """
      Where the autoencoder reads the model, such as resid_post.24; overrides what its files say.
      """)
  var site: String?

  func validate() throws {
    if site != nil, autoencoder == nil { throw ValidationError("--site goes with --sae") }
  }
}
