import Foundation
import JSON
import TestSupport
import Testing

/// `lucarne benchmark` from start to end on a tiny checkpoint. What it measures is a matter of the
/// machine and asserted nowhere; what it tells of is.
@Suite struct BenchmarkTests {
  @Test func everyFigureIsInTheReport() throws {
    let report = try report(["--tokens", "150", "--repeats", "2", "--decode-tokens", "4"])
    let figures = report["figures"]?.arrayValue ?? []
    let overall = [
      "multiply-add ceiling, portable", "memory read ceiling", "start",
      "weights in memory before the first load", "model/load", "sae/load",
    ]
    let ofContexts = [
      "context/open", "prefill rate", "prefill speed", "prefill of the ceiling", "decode",
      "decode of the memory ceiling", "feature/activations, first", "feature/activations, again",
      "encode and top-k", "attribution, first", "open and attribution",
      "attribution, second pair", "attribution, third pair", "ablation of one feature",
      "attribution with norms held", "conserving attribution", "attribution and parts",
      "attribution and Shapley values of 4", "attribution and verification of 3",
      "kernel/status in a prefill, median", "kernel/status in a prefill, longest",
      "cancel a prefill", "cancel an attribution", "peak resident memory",
      "peak of allocated memory", "peak of mapped pages",
    ]
    let wanted =
      overall.map { ("", $0) }
      + ["text 150", "picture"].flatMap { context in ofContexts.map { (context, $0) } }
    for (context, name) in wanted {
      let figure = figures.first {
        $0["context"]?.stringValue == context && $0["name"]?.stringValue == name
      }
      #expect(figure?["unit"]?.stringValue != nil, "\(context) \(name)")
      let values = figure?["values"]?.arrayValue?.compactMap(\.numberValue) ?? []
      #expect(values.filter { !$0.isFinite }.isEmpty, "\(context) \(name)")
      #expect((figure?["median"]?.isNull == false) == !values.isEmpty, "\(context) \(name)")
    }
    let opened = figures.first {
      $0["context"] == "text 150" && $0["name"] == "context/open"
    }
    #expect(opened?["values"]?.arrayValue?.count == 4, "two contexts in each of two repeats")
    for key in ["processor", "cores", "threads", "memoryBytes", "path", "system"] {
      #expect(report["machine"]?[key] != nil, "\(key)")
    }
    #expect(report["program"]?["version"]?.stringValue != nil)
    #expect(report["date"]?.stringValue?.hasSuffix("Z") == true)
  }

  @Test func theResultsOfEachContextAreInTheReport() throws {
    let report = try report(["--tokens", "40", "--repeats", "1", "--only", "attribution"])
    let contexts = report["contexts"]?.arrayValue ?? []
    #expect(contexts.map { $0["name"] } == ["text 40", "picture"])
    #expect(contexts.map { $0["isPicture"] } == [false, true])
    for context in contexts {
      let count = context["tokenCount"]?.plainInteger
      #expect(context["tokens"]?.arrayValue?.count == count)
      #expect(context["pairs"]?.arrayValue?.count == 3)
      #expect(context["logits"]?.arrayValue?.count == 10)
      #expect(context["attribution"]?.arrayValue?.isEmpty == false)
      let (before, target) = (context["ablation"]?["before"], context["target"])
      #expect(before?.numberValue != nil && before == target, "the same target on the same context")
    }
    #expect(contexts.first?["tokenCount"] == 40, "the length that was asked for")
    let names = report["figures"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
    #expect(!names.contains("decode"), "only what was asked for")
  }

  @Test func aPictureAloneIsMeasured() throws {
    let report = try report(["--tokens", "none", "--repeats", "1", "--only", "attribution"])
    #expect(report["contexts"]?.arrayValue?.map { $0["name"] } == ["picture"])
  }

  /// 4 blocks of 40·40·2 + 8·40·2 + 3·40·56 parameters, 5 heads of 8, a head of 384·40: from the
  /// checkpoint's configuration, by hand.
  @Test func operationsAreCountedByTheFormula() throws {
    let report = try report(["--tokens", "40", "--repeats", "1", "--only", "attribution"])
    let text = report["contexts"]?.arrayValue?.first
    let blocks = 2.0 * 4 * Double(2 * 40 * 40 + 2 * 8 * 40 + 3 * 40 * 56) * 40
    let attention = 2.0 * 4 * 5 * 8 * 40 * 41
    #expect(text?["prefillOperations"]?.numberValue == blocks + attention + 2 * 384 * 40)
  }

  private func report(_ arguments: [String]) throws -> JSONValue {
    let program = try #require(ProgramRun.lucarne(), "lucarne is not built beside the tests")
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("lucarne-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments =
      [
        "benchmark", "--model", Fixtures.path("models/llama3"), "--sae",
        Fixtures.path("interpretation/autoencoders/llama3/model.layers.1"), "--picture",
        Fixtures.path("models/pictures/landscape.png"), "--threads", "2", "--json", file.path,
      ] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(text.suffix(2000))")
    #expect(text.contains("least … most"), "the table: \(text.suffix(2000))")
    return try JSONValue(parsing: Array(Data(contentsOf: file)))
  }
}
