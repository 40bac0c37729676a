import JSONRPC

/// What stands between the two `---` lines of a prompt file.
package struct PromptFront: Codable, Sendable, Equatable {
  /// A checkpoint's folder; absolute where the file's folder is known, as every path here.
  package var model: String?
  /// An autoencoder's folder.
  package var sae: String?
  package var images: [Image]
  package var template: ContextOpen.Template
  /// The tokens that attribution compares.
  package var answer: String?
  package var baseline: String?
  package var steer: [Clamp]

  package init(
    model: String? = nil, sae: String? = nil, images: [Image] = [],
    template: ContextOpen.Template = .model, answer: String? = nil, baseline: String? = nil,
    steer: [Clamp] = []
  ) {
    self.model = model
    self.sae = sae
    self.images = images
    self.template = template
    self.answer = answer
    self.baseline = baseline
    self.steer = steer
  }

  package struct Image: Codable, Sendable, Equatable {
    package var name: String
    package var path: String

    package init(name: String, path: String) {
      self.name = name
      self.path = path
    }
  }

  /// A latent and the value that steering holds it at.
  package struct Clamp: Codable, Sendable, Equatable {
    package var index: Int
    package var value: Double

    package init(index: Int, value: Double) {
      self.index = index
      self.value = value
    }

    package init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      index = try members.integer(.index, in: Bounds.count)
      value = try members.decode(Double.self, forKey: .value)
    }
  }
}
