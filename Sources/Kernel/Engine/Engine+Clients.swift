import JSONRPC
import KernelProtocol
import Tensors

extension Engine {
  /// Turns to a client: until the next turn its contexts and its defaults are meant.
  func serve(_ client: ClientID) {
    if clients[client] == nil {
      clients[client] = ClientState(defaults: startupFiles, shelf: shelves.shelf(of: client))
    }
    served = client
  }

  /// Closes the contexts of a client that has left.
  ///
  /// - Parameter keepsDefaults: whether work of its own goes on, for which "the model"
  ///   is to stay what it was.
  func end(_ client: ClientID, keepsDefaults: Bool) {
    clients[client]?.removeAll()
    if !keepsDefaults {
      clients[client] = nil
      shelves.remove(client)
    }
    FreedMemory.release()
  }

  /// Takes over what the client's `initialize` asked for and `StartupFiles` was made of.
  func apply(_ options: Initialize.Options, _ files: StartupFiles) {
    if let model = options.model { current.defaults = StartupFiles(model: model) }
    if options.model != nil || options.saes != nil {
      current.defaults.autoencoders = files.autoencoders
      current.defaults.sites = files.sites
      current.defaults.options = files.options
    }
    if let limit = options.memoryLimit { current.memoryLimit = limit }
  }

  /// What the client asked not to go beyond, as it is told; of a shared
  /// kernel no more than this has.
  var memoryLimit: Int {
    guard let wanted = current.memoryLimit else { return budget.limit }
    return isShared ? min(wanted, budget.limit) : wanted
  }

  /// The limit that the client's work is held to beside all that is held. What other clients hold
  /// counts against the kernel's limit, not against the client's own.
  var clientBudget: MemoryBudget {
    let others = clients.reduce(0) { $0 + ($1.key == served ? 0 : $1.value.contextBytes) }
    let (own, overflow) = memoryLimit.addingReportingOverflow(others)
    let limit = isShared ? min(budget.limit, overflow ? .max : own) : memoryLimit
    return MemoryBudget(limit: limit, machine: budget.machine)
  }

  /// Bytes that are left for the client.
  var freeBytes: Int { max(0, clientBudget.limit - heldBytes) }
}
