import Explanations
import Testing

/// Phrases of explanations as models and people write them, made up here in the published style.
@Suite struct PhraseRuleTests {
  private static let phrases: [(String, String, ConceptKind?)] = [
    // Phrases already.
    ("canoes and kayaks on water", "canoes and kayaks on water", nil),
    ("wheels of bicycles", "wheels of bicycles", nil),
    ("French fries", "French fries", nil),
    ("red", "red", nil),
    ("cow", "cow", nil),
    ("parts of bicycles", "parts of bicycles", nil),
    ("patterns", "patterns", nil),
    ("display cases", "display cases", nil),
    ("The display cases", "display cases", nil),
    ("bright windows", "bright windows", nil),
    ("active volcanoes", "active volcanoes", nil),
    ("photos on a wall", "photos on wall", nil),
    ("pattern of dots", "pattern of dots", nil),
    ("a set of keys", "keys", nil),
    ("feature films", "feature films", nil),
    // Dissection's labels.
    ("house (object)", "house", .object),
    ("beach (scene)", "beach", .scene),
    ("brick (material)", "brick", .material),
    ("red (color)", "red", .colour),
    ("striped (texture)", "striped", .texture),
    ("wheel (Part)", "wheel", .part),
    ("mug (kitchen)", "mug", nil),
    // Articles and capitals.
    ("A wooden table.", "wooden table", nil),
    ("The handle of a mug", "handle of mug", nil),
    ("Wheels of bicycles", "Wheels of bicycles", nil),
    ("Eiffel Tower at night", "Eiffel Tower at night", nil),
    ("NASA rockets", "NASA rockets", nil),
    ("Dogs", "Dogs", nil),
    // Openings.
    ("The images show dogs", "dogs", nil),
    ("The images show a dog running on grass.", "dog running on grass", nil),
    ("These images consistently depict the handles of mugs", "handles of mugs", nil),
    ("All of the pictures contain fruit", "fruit", nil),
    ("This feature activates on faces of clocks.", "faces of clocks", nil),
    ("The neuron fires on traffic lights", "traffic lights", nil),
    ("The bright regions highlight windows of buildings", "windows of buildings", nil),
    ("Images of tennis players", "tennis players", nil),
    ("Photos of various birds in flight", "birds in flight", nil),
    ("The presence of snow", "snow", nil),
    ("The feature is related to weddings", "weddings", nil),
    ("The highlighted areas in these images show wet sand", "wet sand", nil),
    ("The common theme is fire", "fire", nil),
    ("Various types of hats", "hats", nil),
    ("A variety of cakes and pastries", "cakes and pastries", nil),
    ("The activated regions focus on the eyes of animals", "eyes of animals", nil),
    ("Depictions of maps of South America", "maps of South America", nil),
    ("There are zebras", "zebras", nil),
    ("The images show fire", "fire", nil),
    ("The images show display cases", "display cases", nil),
    ("The images all depict people with dogs", "people with dogs", nil),
    ("They feature bright colours", "bright colours", nil),
    ("The feature is active on bright windows", "bright windows", nil),
    ("Several photos show various active volcanoes", "active volcanoes", nil),
    // Clauses and asides.
    ("dogs that are running", "dogs", nil),
    ("A person who holds an umbrella", "person", nil),
    ("trains, often seen from the side", "trains", nil),
    ("round plates, which hold food", "round plates", nil),
    ("metal surfaces such as pots and pans", "metal surfaces", nil),
    ("fruit like apples and pears", "fruit", nil),
    ("beach umbrellas; mostly striped", "beach umbrellas", nil),
    ("clock faces - round or square", "clock faces", nil),
    ("street signs – mostly blue", "street signs", nil),
    ("T-shirts with stripes", "T-shirts with stripes", nil),
    ("mountain ridges (snowy) at dawn", "mountain ridges at dawn", nil),
    ("cats (and other pets)", "cats", nil),
    ("Cars. They are mostly parked.", "Cars", nil),
    ("small animals, e.g. mice", "small animals", nil),
    ("red, blue and green flags", "red, blue and green flags", nil),
    ("St. Bernard dogs", "St. Bernard dogs", nil),
    // Lengths.
    (
      "people in white coats standing around a long table in a bright laboratory with windows",
      "people in white coats standing around long table", nil
    ),
    ("rows of chairs in halls of the very old", "rows of chairs in halls of very old", nil),
    // Written words.
    ("The images show the word \"Stop\" on signs.", "word \"Stop\" on signs", nil),
    ("the text \"The End\" in white letters", "text \"The End\" in white letters", nil),
    ("\"Barcelona\"", "\"Barcelona\"", nil),
    ("The word “Los”, often on shop fronts", "word “Los”", nil),
    ("logos with \"which?\" on them", "logos with \"which?\" on them", nil),
    ("«Сад»", "«Сад»", nil),
    // Not English: nothing is left out that is not known.
    ("roues de vélos", "roues de vélos", nil),
    ("自転車の車輪", "自転車の車輪", nil),
    // Odd marks.
    ("  wheels \n of\tbicycles  ", "wheels of bicycles", nil),
    ("wheels, ", "wheels", nil),
    ("dogs (and cats", "dogs (and cats", nil),
    ("\"unclosed quote", "\"unclosed quote", nil),
  ]

  @Test(arguments: phrases)
  func makesAPhrase(explanation: String, phrase: String, kind: ConceptKind?) {
    #expect(PhraseRule()(explanation) == .phrase(phrase, kind: kind))
  }

  @Test(arguments: [
    "", " ", "...", "(object)", "Unable to produce descriptions", "No common pattern.", "unclear",
    "The images show no common object", "There is no clear concept here",
    "It cannot be determined what the images share", "Nothing in common", "the", "the images show",
    "Uninterpretable.", ",", "of the",
  ])
  func whatNamesNothingHasNoPhrase(explanation: String) {
    #expect(PhraseRule()(explanation) == .nothing)
  }

  @Test func aPhraseOfAPhraseIsItself() {
    for (explanation, phrase, _) in Self.phrases {
      #expect(PhraseRule()(phrase) == .phrase(phrase, kind: nil), "\(explanation)")
    }
  }

  @Test func phrasesAreAsShortAsIsAsked() {
    let long = Array(repeating: "blue", count: 50).joined(separator: " ") + " things"
    for limit in 1...20 {
      guard case .phrase(let phrase, _) = PhraseRule(limit: limit)(long) else {
        Issue.record("there is no phrase")
        continue
      }
      #expect(phrase.split(separator: " ").count == limit)
    }
  }
}
