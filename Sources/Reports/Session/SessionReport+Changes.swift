extension SessionReport {
  /// An answer with features changed, beside the model's own.
  package struct Steering: Sendable {
    /// Each change in words.
    package let changes: [String]
    package let manner: String
    /// The model's own answer and that on the reconstruction, where they were asked for.
    package let plain: Reply?
    package let reconstruction: Reply?
    package let steered: Reply?
    /// Names and values of what was really done.
    package let receipt: [(name: String, value: String)]

    package init(
      changes: [String], manner: String, plain: Reply?, reconstruction: Reply?,
      steered: Reply?, receipt: [(name: String, value: String)]
    ) {
      self.changes = changes
      self.manner = manner
      self.plain = plain
      self.reconstruction = reconstruction
      self.steered = steered
      self.receipt = receipt
    }
  }

  /// Targets' values with features changed.
  package struct Ablation: Sendable {
    package let changes: [String]
    package let targets: [Values]
    /// Nats at the last position.
    package let divergence: Double

    package init(changes: [String], targets: [Values], divergence: Double) {
      self.changes = changes
      self.targets = targets
      self.divergence = divergence
    }

    package struct Values: Sendable {
      package let title: String
      package let before: Double
      package let reconstruction: Double
      package let after: Double

      package init(title: String, before: Double, reconstruction: Double, after: Double) {
        self.title = title
        self.before = before
        self.reconstruction = reconstruction
        self.after = after
      }
    }
  }

  /// Why two prompts have different answers.
  package struct Comparison: Sendable {
    package let title: String
    package let value: Double
    package let other: Double
    package let features: [Feature]
    package let sentences: [String]

    package init(
      title: String, value: Double, other: Double, features: [Feature], sentences: [String]
    ) {
      self.title = title
      self.value = value
      self.other = other
      self.features = features
      self.sentences = sentences
    }
  }
}
