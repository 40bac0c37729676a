import Interpretation
import KernelProtocol
import Models

/// The ids of the parts of prompts that questions become, by which regions name them.
enum QuestionParts {
  static let (image, question) = ("image", "question")
}

extension Region {
  /// Regions without those of parts and pictures that a prompt does not have; the last positions of
  /// a prompt that has fewer are all of it.
  static func limited(_ regions: [Region]?, to context: ResidentContext) -> [Region]? {
    regions?.compactMap { region in
      switch region {
      case .part(let part): context.partNames.contains(part) ? region : nil
      case .image(let index, _, _): context.prompt.images.indices.contains(index) ? region : nil
      case .last(let count): .last(min(count, context.prompt.tokens.count))
      case .span: region
      }
    }
  }
}
