import Interpretation
import KernelProtocol

/// What belongs to one client of the engine: its contexts, and what it
/// means where it names nothing.
///
/// With it each client is answered as if it were alone, however many there are.
struct ClientState {
  /// By name; another client's contexts of the same names are others.
  private(set) var contexts: [String: OpenContext] = [:]
  private var lastNumber = 0
  /// What is loaded when the client asks for something and has not loaded anything.
  var defaults: StartupFiles
  /// The model that the client loaded last.
  var modelName: String?
  /// The autoencoder of each model that the client loaded last, by the model's name.
  var autoencoderNames: [String: String] = [:]
  /// Bytes that the client asked not to go beyond.
  var memoryLimit: Int?
  /// What the client calls this machine, where it is on another.
  var host: String?
  /// The indexes that the client opened; other threads read them, too.
  let shelf: IndexShelf

  init(defaults: StartupFiles, shelf: IndexShelf) {
    self.defaults = defaults
    self.shelf = shelf
  }

  /// The contexts in the order of their names.
  var openContexts: [OpenContext] {
    contexts.values.sorted { ($0.name.count, $0.name) < ($1.name.count, $1.name) }
  }

  /// Bytes that the contexts hold.
  var contextBytes: Int { contexts.values.reduce(0) { $0 + $1.byteCount } }

  /// Takes in a context under a name that `make` is given and that was never used before.
  mutating func add(_ make: (_ name: String) -> OpenContext) -> OpenContext {
    lastNumber += 1
    let opened = make("ctx_\(lastNumber)")
    contexts[opened.name] = opened
    return opened
  }

  /// Forgets a context.
  mutating func remove(_ name: String) throws(KernelError) {
    guard contexts.removeValue(forKey: name) != nil else { throw .contextNotFound(name) }
  }

  mutating func removeAll() { contexts = [:] }
}
