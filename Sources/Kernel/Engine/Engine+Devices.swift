import Autoencoders
import Images
import Interpretation
import JSONRPC
import Models
import Tensors
import Torch

/// Memory and losses of the devices that models are on.
extension Engine {
  /// Bytes that contexts hold on a device: all that those of its models keep, of which most lies
  /// there.
  func heldBytes(on device: LoadedDevice?) -> Int {
    guard let device else { return 0 }
    return contexts(on: device).reduce(0) { $0 + $1.context.byteCount }
  }

  /// Refuses work on the model that the client loaded last where its device has no room for it.
  /// Contexts but `spared` give back what only saves them time.
  func reserve(_ needed: Int, onDeviceFor purpose: String, sparing spared: String?) throws {
    let model = models.first { $0.name == current.modelName }
    guard let device = model?.device, let limit = device.limit else { return }
    var held = heldBytes(on: device)
    for (client, open) in contexts(on: device)
    where needed > limit - held && !(client == served && open.name == spared) {
      let before = open.byteCount
      open.context.forgetRuns()
      held -= before - open.byteCount
    }
    try MemoryBudget(limit: limit).check(
      needed: needed, held: held, purpose: "\(purpose) on \(device.name)")
  }

  /// Gives back what only saves time, of all contexts, after a device had no memory for a request
  /// that was let in.
  func forgetRuns() {
    for open in clients.values.flatMap(\.openContexts) { open.context.forgetRuns() }
  }

  /// Hears of weights that are copied to a device for a call.
  func uploadWatch(of what: String, to device: LoadedDevice, for call: Call?) -> UploadWatch {
    let title = "Copying \(what) to \(device.name)"
    return UploadWatch { bytes in
      if call?.shouldStop == true { throw CancellationError() }
      call?.report(title: title, message: "\(bytes >> 20) MiB")
    }
  }

  /// An autoencoder with its products on the device of its model; on the processor, and that is
  /// told, where the device has no room for it.
  func copy(
    _ autoencoder: SparseAutoencoder, named name: String, to device: LoadedDevice?, call: Call?
  ) throws -> SparseAutoencoder {
    guard let device else { return autoencoder }
    let watch = uploadWatch(of: "the autoencoder's weights", to: device, for: call)
    defer { watch.end() }
    do {
      let copy = try device.copy(autoencoder, watch: watch)
      device.measure(held: heldBytes(on: device))
      return copy
    } catch let error where isShortage(error) {
      warn("the autoencoder \"\(name)\" encodes on the processor: \(error)")
      return autoencoder
    }
  }

  /// Whether something failed for want of memory on a device.
  func isShortage(_ error: any Error) -> Bool {
    switch error {
    case KernelError.outOfMemory, TorchError.outOfMemory: true
    default: false
    }
  }

  /// Loads the models of a device that is lost on the processor again, and closes their contexts,
  /// whose keys and values went with it.
  func giveUpLostDevices() {
    for device in devices.loaded where !device.isGivenUp {
      guard let reason = device.device.lossReason else { continue }
      device.isGivenUp = true
      let lost = models.filter { $0.device === device }
      if lost.isEmpty { warn("\(device.name) is lost: \(reason)") }
      for model in lost { moveToProcessor(model, because: "\(device.name) is lost: \(reason)") }
    }
  }

  private func moveToProcessor(_ lost: LoadedModel, because reason: String) {
    for client in clients.keys {
      let names = clients[client]?.openContexts.filter { $0.modelName == lost.name }.map(\.name)
      for name in names ?? [] { try? clients[client]?.remove(name) }
    }
    for index in autoencoders.indices where autoencoders[index].modelName == lost.name {
      autoencoders[index] = autoencoders[index].onProcessor()
    }
    guard let index = models.firstIndex(where: { $0.name == lost.name }) else { return }
    do {
      let model = try makeModel(
        path: lost.path, precision: lost.requestedPrecision,
        resizing: lost.model.resizing ?? .default, device: nil, call: nil)
      models[index] = LoadedModel(
        name: lost.name, path: lost.path, requestedPrecision: lost.requestedPrecision,
        model: model, device: nil)
      warn(
        "\(reason); the model \"\(lost.name)\" was loaded on the processor again, and its "
          + "contexts are closed")
    } catch {
      models.remove(at: index)
      warn(
        "\(reason); the model \"\(lost.name)\" could not be loaded on the processor: \(error)")
    }
  }

  /// The contexts of a device's models, the served client's own first.
  private func contexts(on device: LoadedDevice) -> [(client: ClientID, context: OpenContext)] {
    let names = Set(models.filter { $0.device === device }.map(\.name))
    let order = clients.keys.sorted { $0 == served && $1 != served }
    return order.flatMap { client in
      (clients[client]?.openContexts ?? []).filter { names.contains($0.modelName) }
        .map { (client, $0) }
    }
  }
}
