import Autoencoders
import Checkpoints
import FeatureIndex
import Images
import Interpretation
import JSONRPC
import Models
import SystemReasons
import Tensors
import Torch
import World

/// What is resident: models, autoencoders and contexts. Touched by the engine's thread alone.
package final class Engine {
  /// What is told of a model for which a card had no room, until it is loaded on one.
  private static let onProcessor = "runs on the processor"

  /// The most contexts that a client may have open.
  static let contextLimit = 1024

  let team: ThreadTeam
  let world: World?
  /// The folders in which the world was looked for.
  private let worldPlaces: [String]
  /// The indexes that are open, each client's apart.
  let shelves: IndexShelves
  /// Whether clients come and go, none of which may take anything from the others.
  let isShared: Bool
  /// Where 8-bit weights are kept for the next load, if anywhere.
  private let cacheFolder: String?
  /// Which library's resizing is applied to pictures where a client does not say.
  private let resizing: PictureResizing
  let budget: MemoryBudget
  /// What is loaded where a client does not say otherwise.
  let startupFiles: StartupFiles
  var models: [LoadedModel] = []
  /// What models run on that are not on the processor.
  let devices: Devices
  /// What models run on where a client does not say.
  private let defaultDevice: DeviceChoice
  var autoencoders: [ResidentAutoencoder] = []
  /// The recipe's file that generation follows where a request changes nothing itself.
  let recipe: String?
  /// What belongs to each client.
  var clients: [ClientID: ClientState] = [:]
  /// Whom the engine works for now.
  var served = ClientID.only

  /// What indexes of autoencoders must have been built for, by the autoencoder's
  /// name: digests of their files.
  var identities: [String: IndexIdentity] = [:]
  /// SHA-256 that stand for models' content, by their names.
  var modelDigests: [String: String] = [:]

  /// Bytes that jobs have set aside.
  private var heldByJobs: [ObjectIdentifier: Int] = [:]
  /// While what the kernel was started with is loaded.
  private var isStarting = false

  /// What a client should know although nothing failed, such as an autoencoder that fits badly.
  private(set) var warnings: [String] = []

  init(_ options: KernelOptions, shelves: IndexShelves? = nil) {
    self.shelves = shelves ?? IndexShelves(default: nil)
    isShared = options.isShared
    team = ThreadTeam(threadCount: options.threads)
    world = options.world
    worldPlaces = options.worldPlaces
    cacheFolder = options.cacheFolder
    resizing = options.resizing
    devices = Devices(options.torch, threads: options.threads)
    defaultDevice = options.device
    budget = MemoryBudget(limit: options.memoryLimit, machine: MemoryBudget.ofMachine().machine)
    recipe = options.recipe
    startupFiles = StartupFiles(
      model: options.model, autoencoders: options.autoencoders, sites: options.sites,
      options: options.autoencoderOptions)
    serve(.only)
  }

  /// What belongs to the client that the engine works for.
  var current: ClientState {
    get { clients[served] ?? ClientState(defaults: startupFiles, shelf: shelves.shelf(of: served)) }
    set { clients[served] = newValue }
  }

  var shelf: IndexShelf { current.shelf }

  func warn(_ message: String) {
    if !warnings.contains(message) { warnings.append(message) }
  }

  // MARK: Models and autoencoders

  /// The named model; without a name the one that the client loaded last, after loading its
  /// defaults if there is none.
  func model(named name: String? = nil) throws -> LoadedModel {
    if current.modelName == nil { try loadDefaults() }
    if let name {
      guard let found = models.first(where: { $0.name == name }) else {
        let known = models.map { "\"\($0.name)\"" }.joined(separator: ", ")
        throw KernelError.modelNotLoaded("there is no model \"\(name)\": loaded are \(known)")
      }
      return found
    }
    guard let last = models.first(where: { $0.name == current.modelName }) else {
      throw KernelError.modelNotLoaded(
        "no model is loaded, and the one that ships with lucarne is in none of "
          + worldPlaces.map(quoted).joined(separator: ", ")
          + ": use model/load, or set LUCARNE_WORLD"
      )
    }
    return last
  }

  /// Loads a checkpoint folder; one that is loaded already is taken as it is.
  ///
  /// - Parameters:
  ///   - resizing: nil takes the model as it is loaded, else its default.
  ///   - device: nil is what the kernel was started with.
  ///   - call: whom making 8-bit weights and copying weights report to, and who may stop them.
  func loadModel(
    path: String, precision: Precision?, resizing: PictureResizing? = nil,
    device choice: DeviceChoice? = nil, call: Call? = nil
  ) throws -> LoadedModel {
    let choice = choice ?? defaultDevice
    let device = try devices.device(choice, precision: precision, for: call)
    if let known = models.first(where: {
      $0.path == path && $0.requestedPrecision == precision && $0.device === device
        && (resizing == nil || $0.model.resizing == nil || $0.model.resizing == resizing)
    }) {
      models.removeAll { $0.name == known.name }
      models.append(known)
      current.modelName = known.name
      try noteOwner()
      return known
    }
    let model: Model
    do {
      model = try makeModel(
        path: path, precision: precision, resizing: resizing ?? self.resizing, device: device,
        call: call)
    } catch let error where choice == .auto && device != nil && isShortage(error) {
      warn("\(path) \(Self.onProcessor): \(error)")
      return try loadModel(
        path: path, precision: precision, resizing: resizing, device: .processor, call: call)
    }
    let loaded = LoadedModel(
      name: unusedName(for: path, among: models.map(\.name)), path: path,
      requestedPrecision: precision, model: model, device: device)
    device?.measure(held: heldBytes(on: device))
    if device != nil { warnings.removeAll { $0.hasPrefix("\(path) \(Self.onProcessor)") } }
    for warning in try loaded.model.warnings { warn(warning) }
    models.append(loaded)
    current.modelName = loaded.name
    try noteOwner()
    return loaded
  }

  /// Reads a checkpoint folder, and copies its weights where a device has memory of its own.
  func makeModel(
    path: String, precision: Precision?, resizing: PictureResizing, device: LoadedDevice?,
    call: Call?
  ) throws -> Model {
    guard let device else {
      return try Model(
        folder: path, precision: precision, team: team, resizing: resizing,
        quantisation: quantisation(for: call))
    }
    let watch = uploadWatch(of: "weights", to: device, for: call)
    defer { watch.end() }
    return try Model(
      folder: path, precision: precision, team: team, resizing: resizing,
      engine: device.engine(watch: watch))
  }

  /// Says to the client's indexes which autoencoder it works with.
  private func noteOwner() throws {
    // A start whose autoencoder is still on its way is not one without.
    guard !isStarting else { return }
    let name = current.modelName.flatMap { current.autoencoderNames[$0] }
    let resident = autoencoders.first { $0.autoencoder.name == name }
    shelf.setOwner(
      try resident.map { .init(autoencoder: $0.autoencoder.name, identity: try identity(of: $0)) })
  }

  private func quantisation(for call: Call?) -> WeightQuantiser.Options {
    WeightQuantiser.Options(
      cacheFolder: cacheFolder,
      reserve: { try self.reserve($0, for: "8-bit weights") },
      progress: { call?.report(title: "Making 8-bit weights", fraction: $0) },
      cancellation: call.map { Cancellation($0) } ?? .never, warn: warn)
  }

  /// The named autoencoder, after loading the client's defaults if it has loaded nothing.
  func autoencoder(named name: String) throws -> ResidentAutoencoder {
    if current.modelName == nil { try loadDefaults() }
    guard let found = autoencoders.first(where: { $0.autoencoder.name == name }) else {
      throw KernelError.saeNotLoaded(name: name, known: autoencoders.map(\.autoencoder.name))
    }
    return found
  }

  /// The named autoencoder, if it belongs to the context's model.
  func autoencoder(named name: String, for context: OpenContext) throws -> LoadedAutoencoder {
    let found = try autoencoder(named: name)
    guard found.modelName == context.modelName else {
      throw KernelError.saeMismatch(
        "the autoencoder \"\(name)\" was loaded for the model \"\(found.modelName)\", the context "
          + "\"\(context.name)\" belongs to \"\(context.modelName)\"")
    }
    return found.autoencoder
  }

  /// Loads an autoencoder for a model; the site and the width must fit.
  ///
  /// - Parameter call: whom copying weights to a device reports to, and who may stop it.
  func loadAutoencoder(
    path: String, site: String?, options: AutoencoderOptions = AutoencoderOptions(),
    modelName: String?, call: Call? = nil
  ) throws -> ResidentAutoencoder {
    let model = try model(named: modelName)
    let autoencoder = try openAutoencoder(
      path: path, site: site, options: options, for: model.model)
    let place = try place(of: autoencoder, path: path, site: site, in: model)
    if let stated = autoencoder.stated, site != nil,
      (try? AutoencoderSite(stated.places, named: stated.name, in: model.model)) != place
    {
      warn(
        "the autoencoder \(path) says that it reads \"\(stated.name)\"; it is put at "
          + "\(place.name), as asked")
    }
    if let known = autoencoders.first(where: {
      $0.path == path && $0.modelName == model.name && $0.autoencoder.site == place
        && $0.options == options
    }) {
      current.autoencoderNames[model.name] = known.autoencoder.name
      try noteOwner()
      return known
    }
    let name = unusedName(for: path, among: autoencoders.map(\.autoencoder.name))
    let loaded = ResidentAutoencoder(
      path: path, modelName: model.name,
      autoencoder: LoadedAutoencoder(
        name: name, weights: try copy(autoencoder, named: name, to: model.device, call: call),
        site: place),
      options: options)
    for note in autoencoder.notes { warn("the autoencoder \(path): \(note)") }
    autoencoders.append(loaded)
    current.autoencoderNames[model.name] = name
    try noteOwner()
    return loaded
  }

  /// Maps the folder, or turns its weights round in memory where products cannot read them as they
  /// lie. Codes are float32's whatever finds them; the faster way may keep a rounded copy of the
  /// encoder, where that leaves room for work beside all weights.
  private func openAutoencoder(
    path: String, site: String?, options: AutoencoderOptions, for model: Model
  ) throws -> SparseAutoencoder {
    let precision: Precision = KernelPath.best.findsFasterRounded ? .bfloat16 : .float32
    let free = freeBytes
    let searching = try SparseAutoencoder(
      path: path, layer: site, options: options,
      compute: Compute(team: team, precision: precision), memory: free)
    // Of a picture and an attribution of it, through a quarter of the blocks.
    let (tokens, decoder) = (4_096, model.decoder)
    let work = decoder.prefillBytes(tokens: tokens).addingReportingOverflow(
      decoder.attributionBytes(tokens: tokens, blocks: decoder.blockCount / 4))
    let affordsCopy = clientBudget.affords(
      optional: searching.searchBytes, needed: work.overflow ? .max : work.partialValue,
      held: heldBytes + searching.memoryBytes,
      weights: readBytes + searching.byteCount - searching.memoryBytes)
    let way = affordsCopy ? searching : try searching.withoutCopy() ?? searching
    if way.searchBytes <= free - way.memoryBytes { return way }
    return try searching.with(compute: Compute(team: team, precision: .float32))
  }

  /// Where an autoencoder is put: at the site that was asked for, or that its files say.
  private func place(
    of autoencoder: SparseAutoencoder, path: String, site: String?, in model: LoadedModel
  ) throws -> AutoencoderSite {
    let place: AutoencoderSite
    do {
      if let site {
        place = try AutoencoderSite(named: site, in: model.model)
      } else if let stated = autoencoder.stated {
        place = try AutoencoderSite(stated.places, named: stated.name, in: model.model)
      } else {
        throw SiteRefusal(
          reason: "neither the folder's name nor its files say the autoencoder's site: give it, as "
            + "in \"resid_post.24\"")
      }
    } catch let refusal as SiteRefusal { throw KernelError.saeMismatch(refusal.reason) }
    if place.isOfOnePlace, place.towerLayer == nil,
      autoencoder.stated.map({ !$0.isOfOnePlace }) ?? false
    {
      throw KernelError.saeMismatch(
        "\(quoted(path)) is a transcoder, which reads one place and makes another: give both, as "
          + "in \"transcoder.\(place.input.block)\" or \"mlp_in.5 -> mlp_out.5\"")
    }
    let (input, output) = place.widths(in: model.model)
    for (what, width, tensor, expected) in [
      ("reads", autoencoder.inputSize, place.inputName, input),
      ("makes", autoencoder.outputSize, place.outputName, output),
    ] where width != expected {
      throw KernelError.saeMismatch(
        "the autoencoder \(quoted(path)) \(what) \(width) numbers a token, \(tensor) of the "
          + "model \(quoted(model.path)) has \(expected)")
    }
    return place
  }

  /// The folder's name, made unique.
  private func unusedName(for path: String, among known: [String]) -> String {
    let last = path.split(separator: "/").last.map(String.init) ?? "model"
    if !known.contains(last) { return last }
    return (2...).lazy.map { "\(last)-\($0)" }.first { !known.contains($0) } ?? last
  }

  /// Loads what the start named, or the embedded world.
  private func loadDefaults() throws {
    var files = current.defaults
    if files.model == nil, let world {
      files.model = world.model
      if files.autoencoders.isEmpty { files.autoencoders = [world.autoencoder] }
    }
    guard let path = files.model else { return }
    let before = (models, autoencoders)
    isStarting = true
    defer { isStarting = false }
    let model = try loadModel(path: path, precision: nil)
    do {
      for (index, path) in files.autoencoders.enumerated() {
        let site = index < files.sites.count ? files.sites[index] : nil
        let options =
          index < files.options.count ? files.options[index] : AutoencoderOptions()
        let loaded = try loadAutoencoder(
          path: path, site: site, options: options, modelName: model.name)
        // What cannot be measured fails, and says so, where it is used.
        if path != world?.autoencoder {
          warn(of: try? fit(of: loaded, cancellation: .never), loaded)
        }
      }
      isStarting = false
      try noteOwner()
    } catch {
      // Half a start is none: the next request tries, and fails, again with the same words.
      (models, autoencoders) = before
      identities = [:]
      modelDigests = [:]
      current.modelName = nil
      throw error
    }
  }

  // MARK: Contexts

  /// The client's context of that name.
  func context(named name: String) throws -> OpenContext {
    guard let found = current.contexts[name] else { throw KernelError.contextNotFound(name) }
    return found
  }

  /// All contexts of the client, in the order of their names.
  var openContexts: [OpenContext] { current.openContexts }

  /// Bytes that all contexts and jobs hold, 8-bit weights that are not mapped, and what
  /// autoencoders keep beside their files.
  var heldBytes: Int { clients.values.reduce(commonBytes) { $0 + $1.contextBytes } }

  /// What of them belongs to no client.
  var commonBytes: Int { eightBitBytes + roundedEncoderBytes + turnedWeightBytes + jobBytes }

  /// Bytes of 8-bit weights in this process's memory.
  var eightBitBytes: Int { models.reduce(0) { $0 + $1.model.heldBytes } }

  /// Bytes of autoencoders' weights that lie in this process's memory.
  var turnedWeightBytes: Int {
    autoencoders.reduce(0) { $0 + $1.autoencoder.weights.memoryBytes }
  }

  /// Bytes of the encoders' copies that find codes.
  var roundedEncoderBytes: Int {
    autoencoders.reduce(0) { $0 + $1.autoencoder.weights.searchBytes }
  }

  /// Gives freed memory back where weights that runs read want the room: kept for the next request,
  /// it would have them read from the disk again.
  func spareWeights() {
    guard let machine = budget.machine, heldBytes + readBytes > machine / 4 * 3 else { return }
    FreedMemory.release()
  }

  /// Bytes of the files that are mapped: models and autoencoders.
  var weightBytes: Int {
    models.reduce(0) { $0 + $1.model.mappedBytes }
      + autoencoders.reduce(0) {
        $0 + $1.autoencoder.weights.byteCount - $1.autoencoder.weights.memoryBytes
      }
  }

  /// What of them should stay in memory for runs not to wait for the disk.
  var readBytes: Int {
    models.reduce(0) { $0 + $1.model.readBytes }
      + autoencoders.reduce(0) {
        $0 + $1.autoencoder.weights.byteCount - $1.autoencoder.weights.memoryBytes
      }
  }

  /// Refuses work that would not fit beside what is held. Contexts other than the client's
  /// `spared`, its own first, give back what only saves them time.
  func reserve(_ needed: Int, for purpose: String, sparing spared: String? = nil) throws {
    var held = heldBytes
    if needed > clientBudget.limit - held {
      let others = clients.filter { $0.key != served }.values.flatMap(\.openContexts)
      for open in openContexts.filter({ $0.name != spared }) + others {
        let before = open.byteCount
        open.context.forgetRuns()
        held -= before - open.byteCount
        // A client's own limit moves with what the others hold; most contexts
        // have nothing to give back.
        if before > open.byteCount, needed <= clientBudget.limit - held { break }
      }
    }
    try clientBudget.check(needed: needed, held: held, purpose: purpose)
    try reserve(needed, onDeviceFor: purpose, sparing: spared)
  }

  /// Bytes that jobs have set aside.
  var jobBytes: Int { heldByJobs.values.reduce(0, +) }

  /// Sets memory aside for a job, in the place of what it held, or refuses what would not fit.
  func hold(_ bytes: Int, by job: AnyObject, for purpose: String) throws {
    let before = heldByJobs.removeValue(forKey: ObjectIdentifier(job))
    do { try reserve(bytes, for: purpose) } catch {
      heldByJobs[ObjectIdentifier(job)] = before
      throw error
    }
    heldByJobs[ObjectIdentifier(job)] = bytes
  }

  func release(_ job: AnyObject) { heldByJobs[ObjectIdentifier(job)] = nil }

  /// Takes in a context that has run.
  func add(
    _ context: ResidentContext, modelName: String, opening: ContextOpening,
    isPromptFile: Bool = false
  ) throws -> OpenContext {
    current.add { name in
      OpenContext(
        name: name, modelName: modelName, context: context, opening: opening,
        isPromptFile: isPromptFile)
    }
  }

  /// Forgets a context of the client.
  package func closeContext(named name: String) throws {
    try current.remove(name)
    FreedMemory.release()
  }

  /// The sites whose tensors contexts of a model keep: those of its autoencoders.
  func sites(of modelName: String) -> [AutoencoderSite] {
    Array(Set(autoencoders.filter { $0.modelName == modelName }.map(\.autoencoder.site)))
  }
}
