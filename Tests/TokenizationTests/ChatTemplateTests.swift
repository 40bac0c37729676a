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
      case .sequence(let cases)? = try? TemplateValue(json: bytes)
    else { return [] }
    return cases.elements.compactMap(readCase)
  }()

  private static func readCase(_ value: TemplateValue) -> Case? {
    guard case .dictionary(let fields) = value, case .string(let name)? = fields["name"],
      case .string(let source)? = fields["source"],
      case .sequence(let messages)? = fields["messages"],
      case .dictionary(let variables)? = fields["variables"],
      case .bool(let prompt)? = fields["addGenerationPrompt"]
    else { return nil }
    var rendered: String?
    if case .string(let text)? = fields["rendered"] { rendered = text }
    return Case(
      name: name, source: source, messages: messages.elements.compactMap(readMessage),
      variables: Dictionary(
        uniqueKeysWithValues: variables.pairs.compactMap { pair in
          if case .string(let name) = pair.key { (name, pair.value) } else { nil }
        }),
      addGenerationPrompt: prompt, rendered: rendered)
  }

  private static func readMessage(_ value: TemplateValue) -> ChatMessage? {
    guard case .dictionary(let fields) = value, case .string(let role)? = fields["role"] else {
      return nil
    }
    switch fields["content"] {
    case .string(let text): return ChatMessage(role: role, content: .text(text))
    case .sequence(let parts):
      return ChatMessage(
        role: role,
        content: .parts(
          parts.elements.map { part in
            guard case .dictionary(let fields) = part, case .string(let text)? = fields["text"]
            else { return .image }
            return .text(text)
          }))
    default: return nil
    }
  }

  @Test func readsItsFixtures() {
    #expect(Self.cases.count == 753)
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
        "\(text.debugDescription) for \(expected.debugDescription) by \(sample.source)")
    case (.failure(let error), nil): #expect(error is TokenizationError)
    default:
      Issue.record(
        "found \(result), expected \(sample.rendered ?? "a failure") by \(sample.source)")
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

  /// Lists that hold the one before twice: small, and without end to whom looks at all of it.
  private static let doubled = """
    {% set ns = namespace(x=[1], y=[1]) %}
    {% for a in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}
    """

  @Test(arguments: [
    "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
    "{% for a in range(9223372036854775807) %}{% endfor %}",
    "{% set ns = namespace(x='ab') %}{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor "
      + "%}",
    "{% set ns = namespace(x=[1]) %}{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor "
      + "%}",
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
    "{% raw %}{% endraw", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
    "{% set ns = namespace(x=[]) %}{% for a in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}",
    "{% set ns = namespace(x={}) %}{% for a in range(999) %}{% set ns.x = {'a': ns.x} %}{% endfor "
      + "%}",
    doubled + "{{ ns.x }}", doubled + "{{ ns.x | tojson }}", doubled + "{{ ns.x == ns.y }}",
    doubled + "{{ ns.x in [ns.y] }}", doubled + "{{ [ns.x, ns.y] | sort }}",
    doubled + "{{ [ns.x] | join }}", doubled + "{{ ns.x ~ ns.y }}",
    "{% set a = 'a' * 9000000 %}{% for i in range(9999) %}{{ (a ~ 'b').find('aab') }}{% endfor %}",
    "{% set a = 'a' * 9000000 %}{% for i in range(9999) %}{{ a | length }}{% endfor %}",
    "{% set a = 'a' * 9000000 %}{% for i in range(9999) %}{{ a[5] }}{% endfor %}",
    "{{ 'a' | center(999999999999) }}", "{{ 'a' | indent(9223372036854775807) }}",
    "{{ [1] | batch(9223372036854775807, 1) | list }}", "{{ [1] | slice(99999999) | list }}",
    "{{ '%999999999d' % 1 }}", "{{ 2 ** 99999 }}", "{{ 10 ** 400 * 1.0 }}",
    "{{ [1] * 999999999999 }}", "{{ 'a'.zfill(-9223372036854775808) | nosuch }}",
    "{{ "
      + String(repeating: "(", count: 55) + "1"
      + String(repeating: String(repeating: "+1", count: 250) + ")", count: 55) + " }}",
    String(repeating: "{% macro f() %}", count: 500),
    String(repeating: "{% set a %}", count: 500),
  ])
  func refusesWhatWouldRunLongOrDeep(_ source: String) {
    #expect(throws: TokenizationError.self) {
      try ChatTemplate(source: source).render([], addGenerationPrompt: false)
    }
  }

  @Test func stopsWhenThePromptIsNoLongerWanted() throws {
    let template = try ChatTemplate(
      source: "{% for a in range(99999) %}{{ a }}{% endfor %}")
    #expect(throws: TokenizationError.stopped) {
      try template.render([], addGenerationPrompt: false, isStopped: { true })
    }
  }

  /// Python: datetime.fromtimestamp(1785499200).strftime(…) at noon in UTC, the
  /// same day nearly everywhere.
  @Test func tellsTheDayOnWhichItIsRendered() throws {
    let template = try ChatTemplate(source: "{{ strftime_now('%d %b %Y|%j') }}")
    let time = TemplateTime(secondsSince1970: 1_785_499_200)
    #expect(
      try template.render([], addGenerationPrompt: false, time: time) == "31 Jul 2026|212")
  }

  @Test(arguments: [
    "{{ messages | nosuch }}", "{{ 1 is nosuch }}", "{% include 'a' %}", "{% nosuch %}",
    "{% for m in messages %}{{ m.content | nosuch }}{% endfor %}",
  ])
  func refusesAtOnceWhatCouldNeverRun(_ source: String) {
    #expect(throws: TokenizationError.self) { try ChatTemplate(source: source) }
  }
}
