import FoundationEssentials
import Kernel
import Reports

/// What earlier runs wrote into a folder of pages, and this one does: where a feature is found
/// there.
struct ReportFolder {
  /// The features with a page of their own.
  private(set) var pages: Set<Int>
  /// By feature the file of the overview that has its card.
  private var cards: [Int: String] = [:]

  init(_ folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    pages = Set(names.compactMap(LocalReports.latent(ofFile:)))
    for name in names where IndexPage.isFileName(name) {
      guard let html = try? Data(contentsOf: URL(filePath: "\(folder)/\(name)")) else { continue }
      for latent in IndexPage.latents(in: String(decoding: html, as: UTF8.self)) {
        cards[latent] = name
      }
    }
  }

  mutating func add(pages latents: some Sequence<Int>) { pages.formUnion(latents) }

  /// A feature's page, or its card on the overview; nil where the folder has neither.
  func address(ofLatent latent: Int) -> String? {
    pages.contains(latent)
      ? LocalReports.fileName(ofLatent: latent) : card(ofLatent: latent)
  }

  /// A feature's card on the overview; nil where the folder has none.
  func card(ofLatent latent: Int) -> String? {
    cards[latent].map { IndexPage.address(ofLatent: latent, onPage: $0) }
  }
}
