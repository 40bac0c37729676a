package import Autoencoders
package import Images
package import World

/// How a kernel starts.
package struct KernelOptions: Sendable {
  /// A checkpoint folder, loaded on first use; without one the embedded world.
  package var model: String?
  /// Autoencoders for that model.
  package var autoencoders: [String]
  /// Where the first of them read the model; empty: where their files say.
  package var sites: [String]
  /// What the files of the first of them leave open.
  package var autoencoderOptions: [AutoencoderOptions]
  /// Bytes that contexts and the working sets of requests may take; by default three quarters of
  /// what the machine, or the container or job that this runs in, has available.
  package var memoryLimit: Int
  /// Threads of the numeric work.
  package var threads: Int
  /// Where the embedded world lies, if it was found.
  package var world: World?
  /// The folders in which it was looked for.
  package var worldPlaces: [String]
  /// Where weights made for `precision: "int8"` are kept for the next load; nil: nowhere.
  package var cacheFolder: String?
  /// Which library's resizing is applied to pictures where `model/load` does not say.
  package var resizing: PictureResizing
  /// A feature index, opened when it is first asked for; without one that of the
  /// embedded world, if it is loaded.
  package var index: String?
  /// Where jobs are kept, so that they outlive the process; nil: in its memory.
  package var jobFolder: String?
  /// Whether several clients share the kernel, none of which may take anything from the others.
  package var isShared = false
  /// What explainers are asked with. It is never told to a client, a log or a file.
  package var explainerKey: String?
  /// The command of a shell that starts the vision worker; nil: there is none.
  package var vision: String?
  /// What models run on where a client does not say.
  package var device = DeviceChoice.processor
  /// Finds PyTorch's libraries when a device is first asked for.
  package var torch: @Sendable (_ goesOn: () -> Bool) -> TorchFolder = { _ in
    .absent(reason: "this kernel was not told where PyTorch's libraries are")
  }
  /// The file of a recipe that `context/generate` applies where a request changes nothing itself.
  package var recipe: String?

  package init(
    model: String? = nil, autoencoders: [String] = [], sites: [String] = [],
    autoencoderOptions: [AutoencoderOptions] = [],
    memoryLimit: Int? = nil, threads: Int, world: World?, worldPlaces: [String] = World.places(),
    cacheFolder: String? = nil, resizing: PictureResizing = .default, index: String? = nil,
    jobFolder: String? = nil, explainerKey: String? = nil, vision: String? = nil
  ) {
    self.model = model
    self.autoencoders = autoencoders
    self.sites = sites
    self.autoencoderOptions = autoencoderOptions
    self.memoryLimit = memoryLimit ?? MemoryBudget.ofMachine().limit
    self.threads = threads
    self.world = world
    self.worldPlaces = worldPlaces
    self.cacheFolder = cacheFolder
    self.resizing = resizing
    self.index = index
    self.jobFolder = jobFolder
    self.explainerKey = explainerKey
    self.vision = vision
  }

  /// The index that is there from the start.
  var defaultIndex: IndexShelf.Default? {
    if let index { return .init(path: index, autoencoder: nil) }
    guard model == nil, let world, let index = world.index else { return nil }
    return .init(path: index, autoencoder: "sae")
  }
}
