import FoundationEssentials
import JSONRPC
import KernelProtocol
import Reports
import SystemReasons

extension FeatureDashboard: ShelfAnswerable {
  static func answer(_ params: Params, shelf: IndexShelf, call: Call) throws -> Result {
    let entry = try shelf.entry(named: params.index, autoencoder: params.feature.sae)
    try entry.check(latent: params.feature.index)
    let path = try params.path.map { try NewFilePath($0).path }
    var maker = FeatureReportMaker(store: entry.store, autoencoder: params.feature.sae)
    maker.exemplars = params.topK ?? maker.exemplars
    maker.limits = shelf.pictureLimits
    maker.isStopped = { call.isCancelled }
    let html = FeaturePage(try maker.report(ofLatent: params.feature.index)).html
    guard let path else {
      return Result(index: entry.name, html: html, bytes: html.utf8.count)
    }
    do {
      try Data(html.utf8).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw DomainError(.ioError, "\(path) cannot be written: \(systemReason(of: error))")
    }
    return Result(index: entry.name, path: path, bytes: html.utf8.count)
  }
}
