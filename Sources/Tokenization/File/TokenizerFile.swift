internal import JSON

/// Reads a tokenizer.json of the `tokenizers` library.
enum TokenizerFile {
  static func read(_ json: [UInt8]) throws(TokenizationError) -> TokenizerParts {
    let value: JSONValue
    do { value = try JSONValue(parsing: json, limits: .file) } catch {
      throw .malformed(what: "tokenizer.json", reason: "\(error)")
    }
    let file = try Section(value, name: "tokenizer.json", isFile: true)
    try TokenizerLimits.requireModestExpressions(file)
    let normalizer = try file.optionalChild("normalizer").map(readNormalizer)
    let model = try readModel(file.child("model"))
    var allTokens = model.vocabulary
    let added = try readAddedTokens(file, into: &allTokens)
    let raw = added.filter { !$0.isNormalized }
    let normalized = added.filter(\.isNormalized)
    let spellings = try self.spellings(of: normalized, normalizer)
    let decoder = try file.optionalChild("decoder").map(readDecoder)
    try requireModestGrowth(decoder)
    return TokenizerParts(
      allTokens: allTokens,
      specialTokens: Set(added.filter(\.isSpecial).map(\.id)),
      rawTokens: AddedTokenMatcher(raw, patterns: raw.map { Array($0.content.utf8) }),
      normalizedTokens: AddedTokenMatcher(normalized, patterns: spellings),
      normalizedSpellings: Dictionary(
        zip(normalized.map(\.id), spellings), uniquingKeysWith: { _, last in last }),
      normalizer: normalizer,
      preTokenizer: try file.optionalChild("pre_tokenizer").map(readPreTokenizer),
      model: model,
      template: try file.optionalChild("post_processor")
        .map { (section) throws(TokenizationError) in
          try readPostProcessor(section, allTokens)
        } ?? SpecialTokenTemplate(),
      decoder: decoder)
  }

  /// How added tokens stand in normalised text.
  private static func spellings(
    of tokens: [AddedToken], _ normalizer: Normalizer?
  ) throws(TokenizationError) -> [[UInt8]] {
    let bytes = tokens.reduce(0) { $0 + $1.content.utf8.count }
    let room = (1 << 22) + 512 * bytes
    let budget = TextBudget("the tokenizer's normalizer", steps: room, bytes: room)
    var spellings: [[UInt8]] = []
    var total = 0
    for token in tokens {
      let content = Piece(bytes: Array(token.content.utf8), isAtStart: true)
      let spelling = try (normalizer?(content, budget) ?? content).bytes
      total += spelling.count
      try TokenizerLimits.requireModestToken(length: spelling.count, total: total)
      spellings.append(spelling)
    }
    return spellings
  }

  /// Decoding has no budget of its own: no sound file makes a token longer than its spelling.
  private static func requireModestGrowth(
    _ decoder: TokenDecoder?
  ) throws(TokenizationError) {
    let limit = 16
    guard let growth = decoder?.growth, growth > limit else { return }
    throw .malformed(
      what: "decoder",
      reason: "it makes tokens up to \(growth) times as long, expected at most \(limit) times")
  }

  // MARK: Model

  private static func readModel(_ model: Section) throws(TokenizationError) -> BytePairEncoding {
    // Files older than the `type` member are recognised by their merges.
    let type = try model.optionalText("type") ?? (model.object["merges"] != nil ? "BPE" : "none")
    guard type == "BPE" else {
      throw .unsupported(what: "tokenizer model", found: type, supported: ["BPE"])
    }
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      guard let text = try model.optionalText(key), !text.isEmpty else { continue }
      throw .unsupported(what: "tokenizer model \(key)", found: text, supported: ["none"])
    }
    if let dropout = model.object.present("dropout"), dropout.numberValue != 0 {
      throw .unsupported(
        what: "tokenizer model dropout", found: dropout.summary, supported: ["none"])
    }
    var vocabulary = Vocabulary()
    for member in try model.child("vocab").object.members {
      guard let id = member.value.plainInteger else {
        throw .malformed(
          what: model.path("vocab"),
          reason: "\(member.name) has \(member.value.summary), expected its id")
      }
      try vocabulary.insert(Array(member.name.utf8), id: id)
    }
    return try BytePairEncoding(
      vocabulary: vocabulary, merges: readMerges(model, vocabulary),
      options: .init(
        byteFallback: model.flag("byte_fallback", default: false),
        fusesUnknown: model.flag("fuse_unk", default: false),
        ignoresMerges: model.flag("ignore_merges", default: false),
        unknownToken: model.optionalText("unk_token")))
  }

  private static func readMerges(
    _ model: Section, _ vocabulary: Vocabulary
  ) throws(TokenizationError) -> [UInt64: BytePairEncoding.Merge] {
    let list = try model.array("merges")
    var merges: [UInt64: BytePairEncoding.Merge] = [:]
    merges.reserveCapacity(list.count)
    for (rank, value) in list.enumerated() {
      guard let (left, right) = readPair(value) else {
        throw .malformed(
          what: model.path("merges[\(rank)]"),
          reason: "found \(value.summary), expected two tokens")
      }
      let joined = left + right
      guard let leftID = vocabulary.id(of: left), let rightID = vocabulary.id(of: right),
        let result = vocabulary.id(of: joined)
      else {
        throw .malformed(
          what: model.path("merges[\(rank)]"),
          reason: "it makes \(String(decoding: joined, as: UTF8.self)) of two tokens, "
            + "not all of which are in the vocabulary")
      }
      merges[BytePairEncoding.pair(Int32(leftID), Int32(rightID))] = .init(
        rank: UInt32(rank), result: Int32(result))
    }
    return merges
  }

  /// A merge is written "a b" in older files, ["a", "b"] in newer ones.
  private static func readPair(_ value: JSONValue) -> (left: [UInt8], right: [UInt8])? {
    if let parts = value.arrayValue {
      if parts.count == 2, let left = parts[0].stringValue, let right = parts[1].stringValue {
        return (Array(left.utf8), Array(right.utf8))
      }
    } else if let text = value.stringValue {
      let parts = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
      if parts.count == 2 { return (Array(parts[0]), Array(parts[1])) }
    }
    return nil
  }

  // MARK: Added tokens

  private static func readAddedTokens(
    _ file: Section, into allTokens: inout Vocabulary
  ) throws(TokenizationError) -> [AddedToken] {
    guard file.object.present("added_tokens") != nil else { return [] }
    var added: [AddedToken] = []
    var total = 0
    for section in try file.children("added_tokens") {
      guard let content = try section.optionalText("content"),
        let id = section.object["id"]?.plainInteger
      else {
        throw .malformed(
          what: section.name,
          reason: "found \(JSONValue.object(section.object).summary), expected content and id")
      }
      if content.isEmpty { continue }
      total += content.utf8.count
      try TokenizerLimits.requireModestToken(length: content.utf8.count, total: total)
      var token = AddedToken(id: id, content: content)
      token.isSpecial = try section.flag("special", default: false)
      token.isNormalized = try section.flag("normalized", default: !token.isSpecial)
      token.stripsLeft = try section.flag("lstrip", default: false)
      token.stripsRight = try section.flag("rstrip", default: false)
      token.isSingleWord = try section.flag("single_word", default: false)
      // A token that the model has keeps the model's id, as in the reference.
      if let known = allTokens.id(of: Array(content.utf8)) {
        token.id = known
      } else {
        try allTokens.insert(Array(content.utf8), id: id)
      }
      added.append(token)
    }
    return added
  }

  // MARK: Post-processor

  private static func readPostProcessor(
    _ section: Section, _ tokens: Vocabulary
  ) throws(TokenizationError) -> SpecialTokenTemplate {
    switch try section.text("type") {
    case "ByteLevel": return SpecialTokenTemplate()
    case "Sequence":
      var template = SpecialTokenTemplate()
      for step in try section.children("processors") {
        let inner = try readPostProcessor(step, tokens)
        template.before = inner.before + template.before
        template.after += inner.after
      }
      return template
    case "TemplateProcessing": return try readTemplate(section, tokens)
    case "RobertaProcessing", "BertProcessing":
      return SpecialTokenTemplate(
        before: [try readToken(section, "cls", tokens)],
        after: [try readToken(section, "sep", tokens)])
    case let type:
      throw .unsupported(
        what: section.name, found: type,
        supported: [
          "ByteLevel", "TemplateProcessing", "RobertaProcessing", "BertProcessing", "Sequence",
        ])
    }
  }

  /// A token of a post-processor, written ["</s>", 2].
  private static func readToken(
    _ section: Section, _ key: String, _ tokens: Vocabulary
  ) throws(TokenizationError) -> Int {
    let parts = try section.array(key)
    guard parts.count == 2, parts[0].stringValue != nil, let id = parts[1].plainInteger,
      tokens[id] != nil
    else {
      throw .malformed(
        what: section.name,
        reason: "\(key) is \(parts.map(\.summary)), expected a token and its id")
    }
    return id
  }

  private static func readTemplate(
    _ section: Section, _ tokens: Vocabulary
  ) throws(TokenizationError) -> SpecialTokenTemplate {
    let special = try section.child("special_tokens")
    var template = SpecialTokenTemplate()
    var seesText = false
    for item in try section.children("single") {
      if item.object["Sequence"] != nil {
        guard !seesText else {
          throw .malformed(what: item.name, reason: "the template has the text twice")
        }
        seesText = true
        continue
      }
      let name = try item.child("SpecialToken").text("id")
      let written = try special.child(name).array("ids")
      let ids = written.compactMap(\.plainInteger)
      if let index = written.firstIndex(where: { $0.plainInteger == nil }) {
        throw .malformed(
          what: special.path("\(name).ids[\(index)]"),
          reason: "found \(written[index].summary), expected a token's id")
      }
      guard let stranger = ids.first(where: { tokens[$0] == nil }) else {
        if seesText { template.after += ids } else { template.before += ids }
        continue
      }
      throw .malformed(
        what: item.name, reason: "\(name) has the id \(stranger), which no token has")
    }
    guard seesText else {
      throw .malformed(what: section.name, reason: "its template leaves out the text")
    }
    return template
  }
}
