import Foundation
import TestSupport
import Testing
import Tokenization

/// Held to transformers' Jinja environment; see Tests/Fixtures/make/templates.py.
@Suite struct ChatTemplateTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let source: String
    let messages: [ChatMessage]
    let variables: [String: TemplateValue]
    let addGenerationPrompt: Bool
    let rendered: String?

    var testDescription: String { "\(name), \(messages.count) messages" }
  }

  static let cases: [Case] = {
    guard let bytes = try? Fixtures.bytes("templates/cases.json"),
      case .list(let cases)? = try? TemplateValue(json: bytes)
    else { return [] }
    return cases.compactMap(readCase)
  }()

  private static func readCase(_ value: TemplateValue) -> Case? {
    guard case .dictionary(let fields) = value, case .string(let name)? = fields["name"],
      case .string(let source)? = fields["source"], case .list(let messages)? = fields["messages"],
      case .dictionary(let variables)? = fields["variables"],
      case .bool(let prompt)? = fields["addGenerationPrompt"]
    else { return nil }
    var rendered: String?
    if case .string(let text)? = fields["rendered"] { rendered = text }
    return Case(
      name: name, source: source, messages: messages.compactMap(readMessage),
      variables: Dictionary(uniqueKeysWithValues: variables.pairs.map { ($0.key, $0.value) }),
      addGenerationPrompt: prompt, rendered: rendered)
  }

  private static func readMessage(_ value: TemplateValue) -> ChatMessage? {
    guard case .dictionary(let fields) = value, case .string(let role)? = fields["role"] else {
      return nil
    }
    switch fields["content"] {
    case .string(let text): return ChatMessage(role: role, content: .text(text))
    case .list(let parts):
      return ChatMessage(
        role: role,
        content: .parts(
          parts.map { part in
            guard case .dictionary(let fields) = part, case .string(let text)? = fields["text"]
            else { return .image }
            return .text(text)
          }))
    default: return nil
    }
  }

  @Test func readsItsFixtures() {
    #expect(Self.cases.count == 96)
  }

  @Test(arguments: cases)
  func rendersAsTheReference(_ sample: Case) throws {
    let result = Result {
      try ChatTemplate(source: sample.source).render(
        sample.messages, addGenerationPrompt: sample.addGenerationPrompt,
        variables: sample.variables)
    }
    switch (result, sample.rendered) {
    case (.success(let text), let expected?):
      #expect(
        text.unicodeScalars.elementsEqual(expected.unicodeScalars),
        "\(text.debugDescription) for \(expected.debugDescription)")
    case (.failure(let error), nil): #expect(error is TokenizationError)
    default: Issue.record("found \(result), expected \(sample.rendered ?? "a failure")")
    }
  }

  @Test func namesTheLineOfAMistake() {
    #expect(throws: TokenizationError.template(line: 3, reason: "expected an expression")) {
      try ChatTemplate(source: "one\ntwo\n{{ }}\n")
    }
  }

  @Test func givesTheReasonForWhichATemplateRefuses() throws {
    let template = try ChatTemplate(source: "{{ raise_exception('no system message') }}")
    #expect(throws: TokenizationError.refusedByTemplate("no system message")) {
      try template.render([], addGenerationPrompt: false)
    }
  }

  @Test(arguments: [
    "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
    "{% for a in range(9223372036854775807) %}{% endfor %}",
    "{% set ns = namespace(x='ab') %}{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "{% set ns = namespace(x=[1]) %}{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
    "{{ 'a' * 9223372036854775807 }}",
    "{{ 9223372036854775807 + 1 }}",
    "{{ -9223372036854775807 - 2 }}",
    "{{ 1 // 0 }}",
    "{{ 1 % 0 }}",
    "{{ 99999999999999999999 }}",
    "{{ 'x'.replace('', 'y').nothing.more }}",
    "{{ " + String(repeating: "[", count: 20_000),
    "{{ " + String(repeating: "not ", count: 20_000) + "1 }}",
    "{{ " + String(repeating: "-", count: 20_000) + "1 }}",
    "{{ 1" + String(repeating: " + 1", count: 20_000) + " }}",
    "{{ a" + String(repeating: ".b", count: 20_000) + " }}",
    "{{ a" + String(repeating: "|trim", count: 20_000) + " }}",
    String(repeating: "{% if true %}", count: 10_000),
    String(repeating: "{{ 1 if 1 else ", count: 10_000),
    "{{ 'a\\u12' }}", "{{ 'open", "{# open", "{% set %}", "{% endif %}", "{% macro f() %}",
  ])
  func refusesWhatWouldRunLongOrDeep(_ source: String) {
    #expect(throws: TokenizationError.self) {
      try ChatTemplate(source: source).render([], addGenerationPrompt: false)
    }
  }

  @Test func isFoundInEveryFileThatMayHoldIt() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func rendered() throws -> String {
      try ChatTemplate(folder: folder.path).render([], addGenerationPrompt: false)
    }
    func write(_ text: String, _ name: String) throws {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
    #expect(throws: TokenizationError.noTemplate(folder: folder.path)) { try rendered() }
    let several = #"[{"name":"rag","template":"a"},{"name":"default","template":"b"}]"#
    try write(
      #"{"chat_template": \#(several), "bos_token": {"content": "<s>"}, "eos_token": "</s>"}"#,
      "tokenizer_config.json")
    #expect(try rendered() == "b")
    let configuration = try TokenizerConfiguration(folder: folder.path)
    #expect(configuration.beginToken == "<s>")
    #expect(configuration.endToken == "</s>")
    try write(#"{"chat_template": "c"}"#, "chat_template.json")
    #expect(try rendered() == "c")
    try write("d\n", "chat_template.jinja")
    #expect(try rendered() == "d")
    #expect(throws: TokenizationError.self) { try Tokenizer(folder: folder.path) }
  }
}
