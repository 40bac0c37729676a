import ArgumentParser
import Autoencoders

/// The model of a command that works with one, and its autoencoder; by default those that ship.
struct ModelArguments: ParsableArguments {
  @Option(help: "A Hugging Face checkpoint folder (default: the model that ships).")
  var model: String?

  @Option(
    name: .customLong("sae"),
    help: "An autoencoder's folder or file (default: the one that ships).")
  var autoencoder: String?

  @Option(
    help: """
      Where the autoencoder reads the model, such as resid_post.24; overrides what its files say.
      """)
  var site: String?

  @Option(
    name: .customLong("sae-k"),
    help: "Latents active at a token, for an autoencoder whose files do not say it.")
  var activeLatents: Int?

  @Option(
    name: .customLong("sae-input-scale"),
    help: """
      What activations are multiplied by before they are encoded, for an autoencoder whose files \
      do not say it.
      """)
  var inputScale: Float?

  @Option(
    name: .customLong("sae-activation"),
    help: """
      Which latents are active, where the files leave it open: topk, signed-topk, relu or jumprelu.
      """)
  var activation: AutoencoderOptions.Activation?

  /// What the autoencoder's files leave open.
  var autoencoderOptions: AutoencoderOptions {
    AutoencoderOptions(k: activeLatents, inputScale: inputScale, activation: activation)
  }

  func validate() throws {
    guard autoencoder == nil else { return }
    if site != nil { throw ValidationError("--site goes with --sae") }
    if autoencoderOptions != AutoencoderOptions() {
      throw ValidationError("--sae-k, --sae-input-scale and --sae-activation go with --sae")
    }
  }
}

extension AutoencoderOptions.Activation: ExpressibleByArgument {}
