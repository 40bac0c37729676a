// Written by protocol/generator from protocol/openrpc.json.

/// How the pictures of a concept set are run.
package struct ConceptPrompt: Codable, Sendable, Equatable {
  /// What follows the picture.
  package var text: String?
  /// Absent: none.
  package var template: IndexBuild.Template?

  package init(text: String? = nil, template: IndexBuild.Template? = nil) {
    self.text = text
    self.template = template
  }
}
