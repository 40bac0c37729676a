import KernelProtocol

/// Collects what is wrong with a file; after so many nobody reads on.
struct PromptProblems {
  private static let limit = 100

  let source: SourceText
  private(set) var found: [PromptDiagnostic] = []

  init(_ source: SourceText) { self.source = source }

  mutating func add(
    _ range: Range<Int>, _ message: String, as severity: PromptDiagnostic.Severity = .error
  ) {
    guard found.count < Self.limit else { return }
    found.append(
      PromptDiagnostic(range: source.range(range), severity: severity, message: message))
  }
}
