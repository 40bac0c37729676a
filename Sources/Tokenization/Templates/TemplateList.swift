/// A list, a tuple, a range or what a dictionary shows of itself, within a template.
package struct TemplateList: Sendable {
  enum Kind: Sendable, Equatable {
    case list
    case tuple
    /// Of `groupby`: a tuple of what its elements have in common, `grouper`, and of them, `list`.
    case group
    case range(start: Int, end: Int, step: Int)
    /// By Python's name of the view: dict_keys, dict_values or dict_items.
    case view(String)
  }

  package let elements: [TemplateValue]
  let kind: Kind
  /// How deep lists and dictionaries nest in it, itself counted.
  let depth: Int

  init(_ elements: [TemplateValue], kind: Kind = .list) {
    self.elements = elements
    self.kind = kind
    if case .range = kind {
      depth = 1
    } else {
      depth = 1 + (elements.lazy.map(\.depth).max() ?? 0)
    }
  }

  var isTuple: Bool { kind == .tuple || kind == .group }

  /// Whether its elements have places; a view's have none.
  var isIndexed: Bool { if case .view = kind { false } else { true } }

  var name: String {
    switch kind {
    case .list: "a list"
    case .tuple, .group: "a tuple"
    case .range: "a range"
    case .view: "a view of a dictionary"
    }
  }
}
