package import KernelProtocol

/// What stands between the two `---` lines.
package struct FrontMatter: Sendable {
  package typealias Located = PromptFile.Located

  package struct Image: Sendable {
    package let name: Located<String>
    /// As written.
    package let path: Located<String>
  }

  package struct Clamp: Sendable {
    package let index: Located<Int>
    package let value: Located<Double>
  }

  package var model: Located<String>?
  package var sae: Located<String>?
  /// What the autoencoder's files leave open.
  package var saeOptions = SAEOptions()
  package var images: [Image] = []
  package var template = ContextOpen.Template.model
  package var answer: Located<String>?
  package var baseline: Located<String>?
  package var steer: [Clamp] = []
}
