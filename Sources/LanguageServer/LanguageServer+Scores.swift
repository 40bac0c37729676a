internal import JSON
import JSONRPC
import Kernel
import KernelProtocol
import PromptFiles

/// What semantic tokens tell apart.
enum TokenKind: String, CaseIterable {
  /// The lines that begin turns, and `---`.
  case keyword
  /// An image in a text.
  case variable
  case support
  case oppose
}

extension LanguageServer {
  /// Scores of a document for the pair that was asked for, else for the file's;
  /// nil where there is none.
  func scores(
    _ open: OpenDocument, _ call: Call, _ engine: Engine
  ) throws -> TokenScores? {
    let front = open.prompt.front
    let current = documents[open.document.uri]
    guard
      let comparison = current?.asked
        ?? front.answer.map({ PromptDocument.Comparison(answer: $0, baseline: front.baseline) })
    else { return nil }
    if let known = current?.scores, known.comparison == comparison { return known }
    guard let name = open.prompt.sae else { return nil }
    let target = target(comparison)
    // As any client has it: parts measured, the strongest features held against exact
    // ablation, and its words.
    let answer = try engine.answer(
      AttributionCompute.self,
      .init(context: open.context, sae: name, target: target, topK: 20, aggregate: .feature),
      for: call)
    let byToken = try engine.answer(
      AttributionCompute.self,
      .init(
        context: open.context, sae: name, target: target, topK: open.prompt.tokenCount ?? 0,
        aggregate: .token, parts: .init(method: AttributionCompute.PartsMethod.none), verify: 0),
      for: call)
    var byPosition = [Float](repeating: 0, count: open.prompt.tokenCount ?? 0)
    for item in byToken.items {
      if let position = item.position { byPosition[position] = Float(item.score) }
    }
    let scores = TokenScores(
      comparison: comparison, value: Float(byToken.target.value), byPosition: byPosition,
      features: answer.items.compactMap { item in
        item.feature.map {
          .init(
            latent: $0.index, activation: Float(item.activation ?? 0),
            score: Float(item.measured ?? item.score), isMeasured: item.measured != nil)
        }
      },
      byPart: Dictionary(uniqueKeysWithValues: answer.byPart.map { ($0.part, Float($0.score)) }),
      explanation: answer.explanation)
    guard documents.update(open.document, { $0.scores = scores }) != nil else {
      throw ResponseFailure.contentModified
    }
    return scores
  }

  private func target(_ comparison: PromptDocument.Comparison) -> Target {
    guard let baseline = comparison.baseline else {
      return .logit(token: .text(comparison.answer), position: nil)
    }
    return .logitDifference(
      answer: .text(comparison.answer), baseline: .text(baseline), position: nil)
  }

  /// The same, where a pair that is no pair of tokens has been told of as a diagnostic already.
  private func quietScores(
    _ call: Call, _ engine: Engine
  ) throws -> (scores: TokenScores, open: OpenDocument)? {
    guard let document = try document(of: call), asksForScores(document),
      let open = try open(call, engine)
    else { return nil }
    do {
      return try scores(open, call, engine).map { ($0, open) }
    } catch KernelError.unsupportedTarget {
      return nil
    } catch KernelError.ambiguousToken {
      return nil
    }
  }

  /// Whether a document needs the model before it can be shown.
  private func asksForScores(_ document: PromptDocument) -> Bool {
    document.asked != nil || PromptFile(document.text).front.answer != nil
  }

  // MARK: Inlay hints

  func inlayHints(_ call: Call, _ engine: Engine) throws -> JSONValue {
    let range = try call.params["range"]?.decode(TextRange.self, path: "params.range")
    guard let (scores, open) = try quietScores(call, engine) else { return [] }
    let shown = scores.places(in: open.prompt).filter { place in
      place.strength != nil
        && range.map { $0.start <= place.range.end && place.range.start <= $0.end } ?? true
    }
    return .array(
      shown.map { place in
        [
          "position": place.range.end.json, "label": .string(signed(place.score)),
          "tooltip": .string(scores.sentence(place)), "paddingLeft": false, "paddingRight": false,
        ]
      })
  }

  // MARK: Semantic tokens

  func semanticTokens(_ call: Call, _ engine: Engine) throws -> JSONValue {
    guard let document = try document(of: call) else { return .null }
    let found = try quietScores(call, engine)
    let file = PromptFile(document.text)
    var marks = syntax(of: file)
    if let found {
      let places = found.scores.places(in: found.open.prompt)
      marks += places.compactMap { place in
        place.strength.map {
          SemanticMark(
            range: place.range, kind: place.score < 0 ? .oppose : .support, strength: $0)
        }
      }
    }
    return ["data": SemanticMark.encoded(marks, in: file.source)]
  }

  private func syntax(of file: PromptFile) -> [SemanticMark] {
    var marks: [SemanticMark] = []
    for turn in file.turns {
      let line = file.source.lines[file.source.line(of: turn.range.lowerBound)]
      if file.source.bytes[line].elementsEqual("@\(turn.role)".utf8) {
        marks.append(SemanticMark(range: file.source.range(line), kind: .keyword))
      }
      for part in turn.parts {
        if case .image = part.content {
          marks.append(SemanticMark(range: file.source.range(part.range), kind: .variable))
        }
      }
    }
    return marks
  }
}

/// A stretch of a file that an editor colours.
struct SemanticMark {
  let range: TextRange
  let kind: TokenKind
  var strength: Strength?

  /// Five numbers a mark, each place counted from the one before. A mark stays within a line; of
  /// two in one place the last counts.
  static func encoded(_ marks: [SemanticMark], in source: SourceText) -> JSONValue {
    var spans: [(line: Int, start: Int, end: Int, mark: SemanticMark)] = []
    for mark in marks {
      for line in mark.range.start.line...max(mark.range.start.line, mark.range.end.line)
      where source.lines.indices.contains(line) {
        let length = source.position(of: source.lines[line].upperBound).character
        let start = line == mark.range.start.line ? mark.range.start.character : 0
        let end = line == mark.range.end.line ? min(mark.range.end.character, length) : length
        if start < end { spans.append((line, start, end, mark)) }
      }
    }
    let ordered = spans.enumerated().sorted {
      ($0.element.line, $0.element.start, $1.offset) < (
        $1.element.line, $1.element.start, $0.offset
      )
    }
    var data: [JSONValue] = []
    var (line, start, end) = (0, 0, -1)
    for (_, span) in ordered {
      if span.line == line, span.start < end { continue }
      let kind = TokenKind.allCases.firstIndex(of: span.mark.kind) ?? 0
      let modifiers = span.mark.strength.flatMap(Strength.allCases.firstIndex).map { 1 << $0 } ?? 0
      let numbers = [
        span.line - line, span.line == line ? span.start - start : span.start,
        span.end - span.start, kind, modifiers,
      ]
      data += numbers.map { .integer(Int64($0)) }
      (line, start, end) = (span.line, span.start, span.end)
    }
    return .array(data)
  }
}
