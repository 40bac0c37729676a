import JSON

/// Questions with answers, as the files of benchmarks have them.
package struct QuestionSet: Sendable, Equatable {
  package let format: QuestionFormat
  package let items: [QuestionItem]

  /// Bytes of a file at most: the largest public one has 2 MB.
  package static let byteLimit = 64 << 20

  /// Reads a set whole.
  ///
  /// - Parameters:
  ///   - annotations: the file of AMBER's answers; nil for other sets.
  /// - Throws: `QuestionSetError` for a file that cannot be read or has another shape, for a set
  ///   without questions, and for one that has an id twice.
  package init(
    _ format: QuestionFormat, at path: String, annotations: String? = nil
  ) throws(QuestionSetError) {
    guard (annotations != nil) == (format == .amber) else {
      throw QuestionSetError(
        path: path,
        reason: format == .amber
          ? "AMBER's queries go with the file of its annotations, which is not given: name it as "
            + "annotations (--annotations on the command line)"
          : "annotations are given, which only AMBER has")
    }
    items =
      switch format {
      case .pope: try PopeFile.items(at: path)
      case .hallusionBench: try HallusionBenchFile.items(at: path)
      case .amber: try AmberFile.items(at: path, annotations: annotations ?? "")
      case .questions: try QuestionLines.items(at: path)
      }
    self.format = format
    guard !items.isEmpty else {
      throw QuestionSetError(path: path, reason: "it has no question")
    }
    var seen: Set<String> = []
    for item in items where !seen.insert(item.id).inserted {
      throw QuestionSetError(path: path, reason: "the id \"\(item.id.prefix(200))\" is there twice")
    }
  }
}

/// Whose file it is, and by whose rules answers are read and counted.
package enum QuestionFormat: String, Sendable, CaseIterable {
  case pope, hallusionBench, amber
  /// The project's own: a JSON object a line.
  case questions
}

/// Why a file is no set of questions.
package struct QuestionSetError: Error, Equatable, CustomStringConvertible {
  package let path: String
  package let reason: String

  package init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  package var description: String { "\(path) is not a set of questions: \(reason)" }
}
