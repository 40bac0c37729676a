import AutoencoderFit
import Interpretation
package import JSONRPC
package import KernelProtocol
import Models
import SystemReasons
import Tensors

extension SAEFit: EngineAnswerable {
  package static func answer(_ params: Params, engine: Engine, call: Call) throws -> Result {
    let resident = try engine.autoencoder(named: params.sae)
    let autoencoder = resident.autoencoder
    var contexts = engine.openContexts.filter { $0.modelName == resident.modelName }
    if let name = params.context {
      let open = try engine.context(named: name)
      _ = try engine.autoencoder(named: params.sae, for: open)
      contexts = [open]
    }
    guard !contexts.isEmpty else {
      throw KernelError.unsupported(
        "no context of the model \(quoted(resident.modelName)) is open to measure "
          + "\(quoted(params.sae)) on: open one")
    }
    var fit = SiteFit(autoencoder)
    for (index, open) in contexts.enumerated() {
      try engine.reserveRun(of: open, autoencoder: autoencoder, savesForPullback: false)
      do {
        try fit.add(open.context, cancellation: Cancellation(call))
      } catch InterpretationError.pictureWithoutRows(let reason) {
        guard params.context == nil else {
          throw InterpretationError.pictureWithoutRows(reason)
        }
      }
      call.report(
        title: "Measuring the fit", fraction: Double(index + 1) / Double(contexts.count))
    }
    let own = fit.kinds.first { $0.name == "all" }?.fit.fvu
    return Result(
      sae: params.sae, site: autoencoder.site.name, contexts: fit.contexts,
      kinds: fit.kinds.map { Kind($0.name, $0.fit) },
      conventions: SiteFit.Convention.allCases.compactMap { convention in
        fit.conventions[convention].map {
          Reading(convention: Convention(convention), fvu: $0.fvu, l0: $0.l0)
        }
      },
      better: fit.better.map(Convention.init),
      explanation: fit.better.flatMap { convention in
        fit.conventions[convention]?.fvu.map { better in
          convention.sentence(leaving: better, insteadOf: own ?? 1)
        }
      })
  }
}

extension SAEFit.Kind {
  init(_ name: String, _ fit: KindFit) {
    self.init(
      kind: name, tokens: fit.tokens, fvu: fit.fvu, relativeError: fit.relativeError,
      normRatio: fit.normRatio, l0: fit.l0)
  }
}

extension SAEFit.Convention {
  init(_ convention: SiteFit.Convention) {
    self =
      switch convention {
      case .decoderBias: .decoderBias
      case .signs: .signs
      case .blockBelow: .blockBelow
      case .blockAbove: .blockAbove
      case .unitScale: .unitScale
      }
  }
}

extension SiteFit.Convention {
  /// What was found, for people.
  func sentence(leaving better: Double, insteadOf own: Double) -> String {
    let what =
      switch self {
      case .decoderBias: "with b_dec treated the other way before encoding"
      case .signs: "with values below zero treated the other way"
      case .blockBelow: "at the same place of the block below"
      case .blockAbove: "at the same place of the block above"
      case .unitScale: "on activations brought to the mean norm √D (an input scale)"
      }
    let shares = [better, own].map { "\(Number.fixed(100 * $0)) %" }
    return
      "The autoencoder fits better \(what): \(shares[0]) of the variance are left unexplained "
      + "there, \(shares[1]) as it is loaded."
  }
}
