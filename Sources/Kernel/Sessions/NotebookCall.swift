import JSON
import KernelProtocol
import Reports

/// A request of a session as a line of Python, and its saved answer as outputs of a cell.
struct NotebookCall {
  /// The methods that are asked again. The other context of a comparison has no name here.
  private static let methods: Set<String> = [
    ContextGenerate.method, AttributionCompute.method, SteeringGenerate.method, AblationRun.method,
  ]
  /// Params that are the connection's, or say what the cell says otherwise.
  private static let unasked: Set<String> = [
    "context", "version", "workDoneToken", "partialResultToken", "deadlineMs", "append",
  ]

  /// A request that is longer as Python is not asked again.
  static let sourceLimit = 20_000

  let source: String
  private let asked: SessionReading.Asked
  private let result: JSONValue

  /// - Returns: nil where it cannot be asked again, or its answer has nothing to show.
  init?(_ asked: SessionReading.Asked, in question: SessionReading.Question) {
    guard Self.methods.contains(asked.entry.method), let result = asked.entry.result else {
      return nil
    }
    self.asked = asked
    self.result = result
    guard let context = Self.context(asked, in: question) else { return nil }
    let params = asked.entry.params.objectValue?.sortedMembers ?? []
    let given = params.filter { !Self.unasked.contains($0.name) && PythonText.isName($0.name) }
      .map { "\(PythonText.keyword($0.name))=\(PythonText.literal($0.value))" }
    let name = asked.entry.method.split(separator: "/").joined(separator: ".")
    let arguments = ["context=\(context)"] + given
    let isShort = arguments.reduce(0) { $0 + $1.count } < 60
    let text =
      isShort
      ? arguments.joined(separator: ", ") : "\n    \(arguments.joined(separator: ",\n    ")),\n"
    source = """
      answer = kernel.\(name)(\(text))
      session.differences(\(asked.number), answer)
      """
  }

  /// A saved context by its name; of an answer that was appended, its prompt.
  private static func context(
    _ asked: SessionReading.Asked, in question: SessionReading.Question
  ) -> String? {
    let isAnswer = [ContextGenerate.method, SteeringGenerate.method].contains(asked.entry.method)
    if isAnswer {
      return (asked.saved ?? question.contexts.first).map {
        "prompt(\(PythonText.literal(.string($0))))"
      }
    }
    return asked.saved.map { "session.contexts[\(PythonText.literal(.string($0)))].id" }
  }

  // MARK: What was answered

  /// - Parameter maps: the question's attributions, among which this one's map is.
  func outputs(
    _ labels: SessionLabels, maps: [SessionReport.Attribution], pictures: [SessionReport.Picture]
  ) -> [JSONValue] {
    var outputs = [Self.output(["text/plain": .string(text(labels))])]
    if asked.entry.method == AttributionCompute.method,
      let title = result["explanation"]?["title"]?.stringValue,
      result["items"]?.arrayValue?.first?["position"] != nil,
      let places = maps.first(where: { $0.title == title && $0.places != nil })?.places
    {
      outputs += places.maps.compactMap { map in
        MapDocument(map, pictures: pictures).svg.map {
          Self.output(["image/svg+xml": .string($0)])
        }
      }
    }
    return outputs
  }

  private static func output(_ data: JSONValue) -> JSONValue {
    ["output_type": "display_data", "data": data, "metadata": [:]]
  }

  private func text(_ labels: SessionLabels) -> String {
    switch asked.entry.method {
    case ContextGenerate.method: result["text"]?.stringValue ?? ""
    case SteeringGenerate.method: steered
    case AttributionCompute.method: attributed(labels)
    default: String(decoding: (try? result.bytes()) ?? [], as: UTF8.self)
    }
  }

  private var steered: String {
    let outputs = (result["outputs"]?.arrayValue ?? []).map { output in
      "\(output["name"]?.stringValue ?? "?"): \(output["text"]?.stringValue ?? "")"
    }
    let receipt = (result["receipt"]?.objectValue?.sortedMembers ?? []).map { member in
      "\(member.name) \(member.value.numberValue.map(NumberText.significant) ?? "?")"
    }
    return (outputs + [receipt.joined(separator: ", ")]).joined(separator: "\n")
  }

  private func attributed(_ labels: SessionLabels) -> String {
    let title = result["explanation"]?["title"]?.stringValue ?? "target"
    let value = result["target"]?["value"]?.numberValue.map { NumberText.signed($0) } ?? "?"
    let sentences = (result["explanation"]?["sentences"]?.arrayValue ?? [])
      .compactMap(\.stringValue).prefix(24)
    let features = (result["items"]?.arrayValue ?? []).prefix(24).compactMap { item -> String? in
      guard let index = item["feature"]?["index"]?.plainInteger, item["position"] == nil else {
        return nil
      }
      let label = labels[item["feature"]?["sae"]?.stringValue ?? "", index] ?? ""
      let score = item["score"]?.numberValue.map { NumberText.signed($0) } ?? "?"
      let measured = item["measured"]?.numberValue.map { ", measured \(NumberText.signed($0))" }
      return "#\(index) \(label): score \(score)\(measured ?? "")"
    }
    return (["\(title) = \(value)"] + features + sentences).joined(separator: "\n")
  }
}
