import Tokenization

extension LlavaNextModel {
  func render(
    _ parts: [PromptPart], texts: [String?], addGenerationPrompt: Bool
  ) throws -> String {
    throw TokenizationError.noTemplate(folder: folder)
  }
}
