/// What makes two prompts' answers differ.
struct ComparisonSection {
  private let found: SessionReport.Comparison

  init(_ found: SessionReport.Comparison) { self.found = found }

  private var tables: FeatureTables {
    FeatureTables(
      found.features, limit: 12,
      captions: ("Features that raise the difference", "Features that lower it"),
      showsActivations: false)
  }

  var html: String {
    let items = found.sentences.prefix(24)
      .map { "<li>\(HTMLText.isolated($0, limit: 1_000))</li>" }.joined(separator: "\n")
    return """
      <article><h3>Compared with another question: \
      \(HTMLText.isolated(found.title, limit: 400))</h3>
      <p>\(NumberText.signed(found.value)) here, \(NumberText.signed(found.other)) there. \
      <b>Measured</b> is how far the target moved when the feature’s activations of one question \
      were put into the other, the mean of both directions.</p>
      \(tables.html)
      <ul class="sentences">\(items)</ul></article>
      """
  }
}
