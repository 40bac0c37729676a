import Autoencoders
import JSONRPC
import KernelProtocol

/// What to load when nothing was loaded explicitly.
struct StartupFiles: Sendable, Equatable {
  var model: String?
  var autoencoders: [String] = []
  /// The sites of the first autoencoders; nil and of the others: what their files say.
  var sites: [String?] = []
  /// What the files of the first autoencoders leave open.
  var options: [AutoencoderOptions] = []
}

extension StartupFiles {
  /// What a client's `initialize` names.
  /// - Throws: `WireError.mismatch` for options of an autoencoder that is not named.
  init(_ options: Initialize.Options) throws {
    let (paths, open) = (options.saes ?? [], options.saeOptions ?? [])
    let place = "params.initializationOptions.saeOptions"
    guard open.count <= paths.count else {
      throw WireError.mismatch(
        path: place, expected: "at most one for each of saes, which are \(paths.count)",
        found: "array of \(open.count)")
    }
    self.init(
      model: options.model, autoencoders: paths, sites: open.map(\.site),
      options: open.map { AutoencoderOptions($0) })
  }
}
