import Models

/// A named stretch of a context that is measured as one.
package struct ContextPart: Sendable, Equatable {
  package let name: String
  /// Ascending.
  package let positions: [Range<Int>]

  package init(name: String, positions: [Range<Int>]) {
    self.name = name
    self.positions = positions
  }

  /// The name of the tokens that the chat template wrote.
  package static let template = "template"
  /// The name of the tokens that were generated and appended.
  package static let generated = "generated"
  /// Names that no part of a prompt may have.
  package static let reservedNames: Set = [template, generated]
}

extension ResidentContext {
  /// The prompt's parts, then the template's tokens between them and what was generated after them,
  /// as far as there are any. Every position is in one of them.
  package var parts: [ContextPart] {
    var rest = Set(0..<prompt.tokens.count)
    var parts: [ContextPart] = []
    for (name, span) in zip(partNames, prompt.partSpans) {
      rest.subtract(span)
      parts.append(ContextPart(name: name, positions: span.isEmpty ? [] : [span]))
    }
    let between = [Int](rest).sorted()
    if !between.isEmpty {
      parts.append(
        ContextPart(name: ContextPart.template, positions: between.ranges))
    }
    if tokenCount > prompt.tokens.count {
      parts.append(
        ContextPart(
          name: ContextPart.generated, positions: [prompt.tokens.count..<tokenCount]))
    }
    return parts
  }
}

extension [Int] {
  /// Ascending positions as ranges.
  var ranges: [Range<Int>] {
    var ranges: [Range<Int>] = []
    for position in self {
      if let last = ranges.last, last.upperBound == position {
        ranges[ranges.count - 1] = last.lowerBound..<position + 1
      } else {
        ranges.append(position..<position + 1)
      }
    }
    return ranges
  }
}
