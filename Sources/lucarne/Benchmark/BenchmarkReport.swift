import FoundationEssentials
import Glibc
internal import JSON

/// Everything measured, told on standard error as it comes.
struct BenchmarkReport {
  private(set) var figures: [Figure] = []
  /// What results were got beside the times: one object for each context.
  var contexts: [JSONValue] = []
  /// What was measured with and on.
  var facts: JSONObject = [:]

  /// Makes sure that a figure is in the table even where it gets no value.
  mutating func expect(_ name: String, _ unit: Figure.Unit, context: String = "") {
    guard index(of: name, context) == nil else { return }
    figures.append(Figure(context: context, name: name, unit: unit))
  }

  mutating func add(_ value: Double?, _ name: String, _ unit: Figure.Unit, context: String = "") {
    expect(name, unit, context: context)
    guard let value, value.isFinite, let index = index(of: name, context) else { return }
    figures[index].values.append(value)
    tell("\(context.isEmpty ? "" : "\(context): ")\(name) \(unit.text(value))")
  }

  func least(_ name: String, context: String = "") -> Double? {
    index(of: name, context).flatMap { figures[$0].values.min() }
  }

  func tell(_ line: String) { writeLine("lucarne benchmark: \(line)", to: STDERR_FILENO) }

  /// One line a figure: median, spread and how often it was measured.
  var table: String {
    let rows = figures.map { figure in
      [
        figure.context, figure.name, figure.median.map(figure.unit.text) ?? "not measured",
        figure.values.count > 1
          ? "\(figure.unit.text(figure.values.min() ?? 0)) … "
            + "\(figure.unit.text(figure.values.max() ?? 0))"
          : "", "\(figure.values.count)",
      ]
    }
    let all = [["context", "what", "median", "least … most", "times"]] + rows
    let widths = (0..<5).map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  func write(to path: String) throws {
    var object = facts
    object["figures"] = .array(figures.map(\.json))
    object["contexts"] = .array(contexts)
    try writeFile(JSONValue.object(object).bytes() + [10], to: path)
  }

  private func index(of name: String, _ context: String) -> Int? {
    figures.firstIndex { $0.name == name && $0.context == context }
  }
}
