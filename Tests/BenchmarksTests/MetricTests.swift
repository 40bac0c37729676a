import Benchmarks
import JSON
import TestSupport
import Testing

/// What sets of questions score, against numbers of NumPy and SciPy from the official definitions
/// (Tests/Fixtures/make/benchmarks.py).
@Suite struct MetricTests {
  private static func expected(_ key: String) throws -> JSONValue {
    try #require(try fixture("expected.json")[key])
  }

  static func fixture(_ name: String) throws -> JSONValue {
    try JSONFile.value(at: path(name), byteLimit: 1 << 20)
  }

  static func path(_ name: String) -> String { Fixtures.path("benchmarks/" + name) }

  /// - Parameter texts: by the questions' ids.
  private func answers(_ set: QuestionSet, _ texts: [String: String]) -> [AnsweredQuestion] {
    set.items.map { AnsweredQuestion($0, text: texts[$0.id] ?? "", format: set.format) }
  }

  private func check(_ metrics: [Metric], _ expected: JSONValue, names: [String: String] = [:]) {
    for metric in metrics {
      let wanted = expected[names[metric.name] ?? metric.name]
      #expect(wanted != nil, "\(metric.name)")
      if let number = wanted?.numberValue {
        #expect(metric.value.map { abs($0 - number) < 1e-12 } == true, "\(metric.name)")
      } else {
        #expect(metric.value == nil && wanted == .null, "\(metric.name)")
      }
    }
  }

  /// Each question's answer as it is read, and whether it counts as right.
  private func check(_ answers: [AnsweredQuestion], _ expected: JSONValue, id: String) throws {
    let questions = try #require(expected["questions"]?.arrayValue)
    #expect(questions.count == answers.count)
    let known = Dictionary(uniqueKeysWithValues: answers.map { ($0.item.id, $0) })
    for question in questions {
      let name = question[id]?.stringValue ?? "\(question[id]?.plainInteger ?? -1)"
      let answer = try #require(known[name], "\(name)")
      #expect(answer.judgement.said?.rawValue.lowercased() == question["parsed"]?.stringValue)
      #expect(answer.isRight == question["right"]?.boolValue, "\(name)")
    }
  }

  @Test func popeCountsAsItsScriptDoes() throws {
    let set = try QuestionSet(.pope, at: Self.path("pope.jsonl"))
    let lines = try Fixtures.bytes("benchmarks/pope-answers.jsonl").split(separator: 0x0A)
    let texts = try lines.map { line -> (String, String) in
      let value = try JSONValue(parsing: Array(line))
      return (
        "\(try #require(value["question_id"]?.plainInteger))",
        try #require(value["answer"]?.stringValue)
      )
    }
    let answers = answers(set, Dictionary(uniqueKeysWithValues: texts))
    let expected = try Self.expected("pope")
    try check(answers, expected, id: "question_id")
    let metrics = QuestionFormat.pope.metrics(of: answers)
    #expect(metrics.map(\.name) == ["accuracy", "precision", "recall", "f1", "yesRatio"])
    check(metrics, expected)
  }

  @Test func hallusionBenchCountsAsItsScriptDoes() throws {
    let set = try QuestionSet(.hallusionBench, at: Self.path("hallusionBench.json"))
    let list = try #require(try Self.fixture("hallusionBench-answers.json").arrayValue)
    #expect(list.count == set.items.count)
    let texts = zip(set.items, list).map { ($0.id, $1["model_prediction"]?.stringValue ?? "") }
    let answers = answers(set, Dictionary(uniqueKeysWithValues: texts))
    let expected = try Self.expected("hallusionBench")
    try check(answers, expected, id: "question")
    #expect(
      answers.count { $0.judgement.verdict == .unclear } == expected["unclear"]?.plainInteger)
    let metrics = QuestionFormat.hallusionBench.metrics(of: answers)
    #expect(metrics.count == 8)
    check(metrics, expected)
    for (kind, share) in try #require(expected["bySubcategory"]?.objectValue).members.map({
      ($0.name, $0.value.numberValue)
    }) {
      let own = Rate(of: answers.filter { $0.item.kind == kind }, where: \.isRight)
      #expect(own.value == share, "\(kind)")
    }
  }

  @Test func amberCountsAsItsScriptDoes() throws {
    let set = try QuestionSet(
      .amber, at: Self.path("amber-query.json"), annotations: Self.path("amber-annotations.json"))
    let list = try #require(try Self.fixture("amber-answers.json").arrayValue)
    let texts = try list.map {
      ("\(try #require($0["id"]?.plainInteger))", try #require($0["response"]?.stringValue))
    }
    let answers = answers(set, Dictionary(uniqueKeysWithValues: texts))
    let expected = try Self.expected("amber")
    try check(answers, expected, id: "id")
    let metrics = QuestionFormat.amber.metrics(of: answers)
    #expect(metrics.count == 28)
    for group in ["all", "existence", "attribute", "state", "number", "action", "relation"] {
      let prefix = group == "all" ? "" : group + "."
      let names = ["accuracy", "precision", "recall", "f1"]
      check(
        metrics.filter { names.map { prefix + $0 }.contains($0.name) },
        try #require(expected[group]),
        names: Dictionary(uniqueKeysWithValues: names.map { (prefix + $0, $0) }))
    }
  }

  @Test func answersAreReadAsTheRulesSay() throws {
    let cases = try Self.fixture("parsing.json")
    for each in try #require(cases["pope"]?.arrayValue) {
      let text = try #require(each["text"]?.stringValue)
      #expect(YesNo(pope: text).rawValue.lowercased() == each["parsed"]?.stringValue, "\(text)")
    }
    for each in try #require(cases["yesOrNo"]?.arrayValue) {
      let text = try #require(each["text"]?.stringValue)
      #expect(
        YesNo(words: text)?.rawValue.lowercased() == each["parsed"]?.stringValue, "\(text)")
    }
  }

  @Test func otherAnswersMustBeTheRightOne() {
    let item = QuestionItem(id: "1", picture: nil, question: "Who?", answer: "red fox")
    for text in ["red fox", "Red  fox.", " red fox\n", "RED FOX"] {
      #expect(AnsweredQuestion(item, text: text, format: .questions).isRight, "\(text)")
    }
    for text in ["", "red", "a red fox", "red fox, I think", "redfox"] {
      #expect(!AnsweredQuestion(item, text: text, format: .questions).isRight, "\(text)")
    }
  }
}
