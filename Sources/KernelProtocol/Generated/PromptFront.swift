// Written by protocol/generator from protocol/openrpc.json.

/// The lines between the two --- lines of a prompt file.
package struct PromptFront: Codable, Sendable, Equatable {
  /// A checkpoint's folder; absolute where the file's folder is known, as every path here.
  package var model: String?
  /// An autoencoder's folder or file.
  package var sae: String?
  /// What its files leave open; absent where nothing is given.
  package var saeOptions: SAEOptions?
  package var images: [Image]
  package var template: ContextOpen.Template
  /// The token that attribution is about.
  package var answer: String?
  /// The token that it is compared with.
  package var baseline: String?
  package var steer: [Clamp]

  package init(
    model: String? = nil, sae: String? = nil, saeOptions: SAEOptions? = nil, images: [Image],
    template: ContextOpen.Template, answer: String? = nil, baseline: String? = nil, steer: [Clamp]
  ) {
    self.model = model
    self.sae = sae
    self.saeOptions = saeOptions
    self.images = images
    self.template = template
    self.answer = answer
    self.baseline = baseline
    self.steer = steer
  }

  /// A latent and the value that steering holds it at.
  package struct Clamp: Codable, Sendable, Equatable {
    package var index: Int
    package var value: Double

    package init(index: Int, value: Double) {
      self.index = index
      self.value = value
    }
  }

  package struct Image: Codable, Sendable, Equatable {
    package var name: String
    package var path: String

    package init(name: String, path: String) {
      self.name = name
      self.path = path
    }
  }
}
