/// Makes a short noun phrase of a longer explanation by rule, the same each time:
///
/// 1. What stands in parentheses is left out; a kind of concept there, `house (object)`, is kept as
///    the kind.
/// 2. Of several sentences the first counts. What is quoted stays as it is written, marks included,
///    and counts as one word of the rules below.
/// 3. Openings that speak of the pictures are left out, one after the other: "the images show",
///    "this feature activates on", "photos of", "various", "the presence of", "there are".
/// 4. It ends before the first word that begins a clause ("that", "which", "such", "often", …), a
///    dash or a semicolon, and before a comma or a colon with more than one word in front of it.
/// 5. Articles and possessives are left out wherever they stand.
/// 6. It has `RefinedPhrase.wordLimit` words at most and does not end with a preposition or a
///    conjunction. Capitals stay as they are.
///
/// An explanation that says that there is nothing, or of which nothing is left, names nothing.
package struct PhraseRule: Sendable {
  private let limit: Int

  package init(limit: Int = RefinedPhrase.wordLimit) { self.limit = limit }

  package func callAsFunction(_ explanation: String) -> RefinedPhrase {
    var (words, kind) = Self.words(of: explanation)
    if Self.saysNothing(words) { return .nothing }
    words = Self.withoutOpenings(words)
    words = Self.upToClause(words)
    words = words.filter { !$0.isOne(of: Self.determiners) }
    words = Array(words.prefix(limit))
    while let last = words.last, last.bare.isEmpty || last.isOne(of: Self.unfinished) {
      words.removeLast()
    }
    guard !words.isEmpty else { return .nothing }
    var texts = words.map(\.text)
    texts[texts.count - 1] = words[words.count - 1].withoutMark
    return .phrase(texts.joined(separator: " "), kind: kind)
  }

  // MARK: Words

  private struct Word: Equatable {
    /// With the mark behind it, if there is one.
    var text: String
    var isQuoted = false

    /// For comparisons: in lower case, without marks; a quoted word is like no other.
    var bare: String { isQuoted ? "\"" : text.lowercased().filter { $0.isLetter || $0.isNumber } }
    var mark: Character? { text.last.flatMap { ".,;:!?".contains($0) ? $0 : nil } }
    var withoutMark: String { mark == nil ? text : String(text.dropLast()) }
    func isOne(of words: Set<String>) -> Bool { words.contains(bare) }
  }

  private static let quotes: [Character: Character] = [
    "\"": "\"", "“": "”", "«": "»", "„": "“", "‘": "’",
  ]

  /// The words of the first sentence outside parentheses, and the kind of concept within.
  private static func words(of text: String) -> (words: [Word], kind: ConceptKind?) {
    var (words, kind): ([Word], ConceptKind?) = ([], nil)
    var rest = text[...]
    while let first = rest.first {
      if first.isWhitespace || first.isNewline {
        rest.removeFirst()
      } else if first == "(", let end = rest.firstIndex(of: ")") {
        let inside = rest[rest.index(after: rest.startIndex)..<end]
        kind = kind ?? ConceptKind(named: StrictAnswer.trimmed(String(inside)))
        rest = rest[rest.index(after: end)...]
      } else if let close = quotes[first], let end = rest.dropFirst().firstIndex(of: close) {
        var text = String(rest[...end])
        rest = rest[rest.index(after: end)...]
        // A mark behind the quote is the sentence's.
        if let mark = rest.first, ".,;:!?".contains(mark) {
          text.append(mark)
          rest.removeFirst()
        }
        words.append(Word(text: text, isQuoted: true))
      } else {
        let word = rest.prefix { !$0.isWhitespace && !$0.isNewline && $0 != "(" || $0 == first }
        rest = rest[word.endIndex...]
        words.append(Word(text: String(word)))
      }
      if let mark = words.last?.mark, ".!?".contains(mark), !isAbbreviation(words.last) {
        // What stands in parentheses behind the sentence may still be the kind.
        let tail = rest.drop { $0.isWhitespace }
        if kind == nil, tail.first == "(", let end = tail.firstIndex(of: ")") {
          kind = ConceptKind(named: String(tail[tail.index(after: tail.startIndex)..<end]))
        }
        break
      }
    }
    return (words, kind)
  }

  private static func isAbbreviation(_ word: Word?) -> Bool {
    guard let word, !word.isQuoted else { return false }
    return word.text.dropLast().contains(".")
      || ["st.", "mr.", "mrs.", "dr.", "no."].contains(
        word.text.lowercased())
  }

  // MARK: Parts

  private static let determiners: Set = [
    "a", "an", "the", "some", "any", "its", "their", "his", "her", "this", "these", "those",
  ]

  private static let unfinished: Set = [
    "of", "in", "on", "at", "with", "and", "or", "for", "to", "from", "by", "as", "into", "near",
    "under", "over", "behind", "between", "against", "around", "is", "are",
  ]

  private static let clauses: Set = [
    "that", "which", "who", "whose", "whom", "where", "when", "while", "whether", "such",
    "including", "like", "eg", "ie", "often", "usually", "typically", "commonly", "frequently",
    "sometimes", "generally", "mostly", "mainly", "primarily", "particularly", "especially",
    "possibly", "likely", "probably", "because", "since", "suggesting", "indicating", "showing",
    "depicting", "featuring", "appearing", "regardless", "rather", "across", "within",
  ]

  /// What is shown, and what finds it.
  private static let shown: Set = [
    "image", "images", "picture", "pictures", "photo", "photos", "photograph", "photographs",
    "region", "regions", "area", "areas", "patch", "patches", "feature", "features", "neuron",
    "neurons", "latent", "latents", "unit", "activation", "activations", "description",
    "explanation", "depiction", "depictions", "representation", "representations", "instance",
    "instances", "example", "examples", "presence", "type", "types", "kind", "kinds", "variety",
    "range", "set", "collection", "series", "reference", "references", "concept", "theme",
  ]

  /// What says what is shown, in place of a noun.
  private static let pronouns: Set = ["they", "it", "we", "there"]

  private static let verbs: Set = [
    "show", "shows", "showing", "depict", "depicts", "depicting", "contain", "contains",
    "containing", "feature", "features", "featuring", "display", "displays", "displaying",
    "include", "includes", "highlight", "highlights", "highlighting", "represent", "represents",
    "representing", "capture", "captures", "activate", "activates", "activating", "fire", "fires",
    "respond", "responds", "detect", "detects", "focus", "focuses", "cover", "covers", "is",
    "are", "see", "consist", "consists", "involve", "involves", "share", "shares",
  ]

  /// What may stand between a verb, or a noun for what is shown, and what is meant.
  private static let participles: Set = ["related", "relating", "associated", "shown", "found"]
  private static let links: Set = [
    "on", "for", "to", "with", "about", "by", "in", "mainly",
    "primarily", "mostly", "often", "typically", "clearly", "strongly", "commonly",
    "consistently", "also", "all", "both",
  ]

  private static let quantifiers: Set = [
    "all", "each", "every", "both", "most", "many", "several", "various", "different", "multiple",
    "certain", "of",
  ]

  /// What may describe that which is shown.
  private static let descriptions: Set = [
    "bright", "brighter", "brightest", "highlighted", "activated", "active", "activating", "lit",
    "masked", "unmasked", "common", "main", "following", "given", "provided", "visible",
  ]

  /// Leaves out openings as long as there are any.
  private static func withoutOpenings(_ words: [Word]) -> [Word] {
    var rest = words[...]
    while !rest.isEmpty, let end = end(ofOpening: rest) { rest = rest[end...] }
    return Array(rest)
  }

  /// Where an opening ends: after a noun for what is shown, or a pronoun, and what says that it
  /// shows something; else after quantifiers. nil where there is none.
  private static func end(ofOpening words: ArraySlice<Word>) -> Int? {
    func skip(_ start: Int, _ sets: Set<String>...) -> Int {
      words[start...].firstIndex { word in !sets.contains(where: word.isOne) } ?? words.endIndex
    }
    let quantified = skip(words.startIndex, determiners, quantifiers)
    let subject = skip(quantified, descriptions, determiners)
    if subject < words.endIndex,
      words[subject].isOne(of: shown) || words[subject].isOne(of: pronouns),
      let end = end(ofPredicate: words[(subject + 1)...])
    {
      return end
    }
    return quantified > words.startIndex && quantified < words.endIndex ? quantified : nil
  }

  /// Where that which says that something is shown ends: one verb, or "of", or a participle, with
  /// adverbs, prepositions and other nouns for what is shown. nil where there is none.
  private static func end(ofPredicate words: ArraySlice<Word>) -> Int? {
    var (place, isSaid, hasVerb) = (words.startIndex, false, false)
    while place < words.endIndex {
      let word = words[place]
      let next = place + 1 < words.endIndex ? words[place + 1] : nil
      if word.bare == "of" || word.isOne(of: participles) {
        isSaid = true
      } else if word.isOne(of: verbs), !hasVerb, next != nil || !isSaid {
        (isSaid, hasVerb) = (true, true)
      } else if word.isOne(of: determiners) {
        // What follows tells.
      } else if word.isOne(of: descriptions), !hasVerb || next?.isOne(of: links) == true {
        // Of what is shown, or of what shows it: "is active on".
      } else if word.isOne(of: links),
        isSaid || next?.isOne(of: determiners) == true || next?.isOne(of: verbs) == true
      {
        // Of the verb, or what leads to other nouns for what is shown.
      } else if word.isOne(of: shown), !hasVerb, next?.isOne(of: verbs) == true {
        // It shows what follows.
      } else {
        break
      }
      place += 1
    }
    return isSaid ? place : nil
  }

  private static func upToClause(_ words: [Word]) -> [Word] {
    var found: [Word] = []
    for word in words {
      if !found.isEmpty, word.isOne(of: clauses) || isDash(word) { break }
      found.append(word)
      if let mark = word.mark {
        if mark == ";" || ".!?".contains(mark) && !isAbbreviation(word) { break }
        if mark == "," || mark == ":", found.count > 1 { break }
      }
    }
    return found
  }

  private static func isDash(_ word: Word) -> Bool {
    !word.isQuoted && word.text.allSatisfy { "-–—".contains($0) }
  }

  private static let nothings = [
    ["unable", "to"], ["not", "able"], ["cannot", "be"], ["no", "common"], ["no", "clear"],
    ["no", "consistent"], ["nothing", "in"], ["not", "interpretable"], ["uninterpretable"],
    ["unclear"], ["no", "specific"], ["no", "discernible"], ["could", "not"],
  ]

  /// Whether its first words, behind openings, say that there is nothing.
  private static func saysNothing(_ words: [Word]) -> Bool {
    func begins(_ words: some Sequence<Word>) -> Bool {
      let bare = words.map(\.bare)
      return nothings.contains {
        Array(bare.prefix($0.count)) == $0 && ($0.count > 1 || bare.count == 1)
      }
    }
    if words.allSatisfy({ $0.bare.isEmpty }) { return true }
    let rest = withoutOpenings(words)
    return begins(words) || begins(rest) || begins(words.drop { $0.isOne(of: pronouns) })
  }
}
