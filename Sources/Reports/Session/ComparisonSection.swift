/// What makes two prompts' answers differ.
struct ComparisonSection {
  private let found: SessionReport.Comparison

  init(_ found: SessionReport.Comparison) { self.found = found }

  var html: String {
    let items = found.sentences.prefix(24)
      .map { "<li>\(HTMLText.isolated($0, limit: 1_000))</li>" }.joined(separator: "\n")
    return """
      <article><h3>Compared with another question: \
      \(HTMLText.isolated(found.title, limit: 400))</h3>
      <p>\(NumberText.signed(found.value)) here, \(NumberText.signed(found.other)) there.</p>
      \(FeatureTables(found.features, limit: 12).html)
      <ul class="sentences">\(items)</ul></article>
      """
  }
}
