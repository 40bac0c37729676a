import ArgumentParser
import Autoencoders
import Glibc
import Images
import JSONRPC
import Kernel
import World

extension PictureResizing: ExpressibleByArgument {}

/// The options of every command that starts a kernel for clients.
struct KernelArguments: ParsableArguments {
  @Option(help: "A Hugging Face checkpoint folder, loaded on first use.")
  var model: String?

  @Option(name: .customLong("sae"), help: "An autoencoder's folder or file; can be repeated.")
  var autoencoders: [String] = []

  @Option(
    help: """
      Which library's resizing is applied to pictures before the model sees them: torchvision, as \
      transformers 5 with torchvision; pillow, as with Pillow up to 12; pillow13, as with Pillow 13.
      """)
  var resizing = PictureResizing.default

  @Option(
    name: .customLong("site"),
    help: """
      Where an autoencoder reads the model, such as resid_post.24, the first for the first --sae; \
      overrides \
      what its files say.
      """)
  var sites: [String] = []

  @Option(
    name: .customLong("sae-k"),
    help: """
      Latents active at a token, for an autoencoder whose files do not say it, the first for the \
      first --sae; 0 for one that needs none.
      """)
  var activeLatents: [Int] = []

  @Option(
    name: .customLong("sae-input-scale"),
    help: """
      What activations are multiplied by before they are encoded, for an autoencoder whose files \
      do not say it, the first for the first --sae; 0 for one that needs none.
      """)
  var inputScales: [Float] = []

  @Option(
    name: .customLong("sae-activation"),
    help: """
      Which latents are active, where the files of an autoencoder leave it open: topk, \
      signed-topk, relu or jumprelu, the first for the first --sae; "" for one that needs none.
      """)
  var activations: [String] = []

  @Option(help: "A feature index, opened on first use.")
  var index: String?

  @OptionGroup var compute: ComputeArguments

  @Option(
    help: """
      The folder for 8-bit weights made for "precision": "int8" (default: $XDG_CACHE_HOME/lucarne \
      or \
      ~/.cache/lucarne); "" keeps them in memory only.
      """)
  var cache: String?

  @Option(
    help: """
      The folder for jobs, so that they survive the process (default: $XDG_STATE_HOME/lucarne/jobs \
      or \
      ~/.local/state/lucarne/jobs); "" keeps them in memory only.
      """)
  var jobs: String?

  @Option(
    help: """
      The command that starts a vision worker, for scores by masks and by CLIP, such as \
      "python -m lucarne_vision --clip DIR"; it runs when it is first needed. masks:FILE is the \
      worker that ships and answers from the masks of a concept set, masks from those that ship.
      """)
  var vision: String?

  @Option(
    help: """
      A recipe of "lucarne search-steering", which generated answers follow where a request \
      changes no features itself.
      """)
  var recipe: String?

  @Option(help: "The least severe messages to log: debug, info, warning or error.")
  var log: LogLevel = .warning

  func validate() throws {
    if let vision, vision.allSatisfy(\.isWhitespace) {
      throw ValidationError(
        "--vision is empty, expected a command such as \"python -m lucarne_vision --clip DIR\"")
    }
    for (option, count) in [
      ("--sae-k", activeLatents.count), ("--sae-input-scale", inputScales.count),
      ("--sae-activation", activations.count),
    ] where count > autoencoders.count {
      throw ValidationError(
        "\(option) is given \(count) times, --sae \(autoencoders.count): each goes with an "
          + "autoencoder")
    }
    for name in activations
    where !name.isEmpty && AutoencoderOptions.Activation(rawValue: name) == nil {
      throw ValidationError(
        "--sae-activation is \"\(name)\", topk, signed-topk, relu or jumprelu expected")
    }
    guard sites.count <= autoencoders.count else {
      throw ValidationError(
        "--site is given \(sites.count) times, --sae \(autoencoders.count): each goes with an "
          + "autoencoder"
      )
    }
  }

  func options() throws -> KernelOptions {
    let plain = KernelOptions(
      model: model.map(absolutePath), autoencoders: autoencoders.map(absolutePath),
      sites: sites, autoencoderOptions: autoencoderOptions,
      memoryLimit: compute.memoryLimit, threads: compute.threadCount,
      world: World(in: worldPlaces()), worldPlaces: worldPlaces(),
      cacheFolder: cacheFolder(cache), resizing: resizing, index: index.map(absolutePath),
      jobFolder: jobFolder(jobs),
      explainerKey: environment("LUCARNE_EXPLAINER_KEY"), vision: try visionCommand(vision))
    var options = compute.onDevice(plain)
    options.recipe = try recipe.map { try LocalRecipes.checked(absolutePath($0)) }
    return options
  }

  /// What the files of each --sae leave open.
  private var autoencoderOptions: [AutoencoderOptions] {
    autoencoders.indices.map { index in
      let k = index < activeLatents.count ? activeLatents[index] : 0
      let scale = index < inputScales.count ? inputScales[index] : 0
      return AutoencoderOptions(
        k: k == 0 ? nil : k, inputScale: scale == 0 ? nil : scale,
        activation: index < activations.count
          ? AutoencoderOptions.Activation(rawValue: activations[index]) : nil)
    }
  }

  /// Writes what is worth a line to standard error.
  var writeLog: Connection.Log {
    let least = log
    return { level, text in
      if level >= least { writeLine("lucarne: \(level): \(text)", to: STDERR_FILENO) }
    }
  }
}
