import FeatureIndex
import JSON

/// What a measure was taken with: kept with each score, so that a later run knows what it need not
/// measure again.
struct ScoreSettings {
  let value: JSONObject

  /// - Parameter values: members that are nil are left out.
  init(_ values: KeyValuePairs<String, JSONValue?>) {
    var object = JSONObject()
    for (name, value) in values { if let value { object[name] = value } }
    value = object
  }

  /// The newest score of a kind that was taken with these settings.
  func known(_ kind: String, among scores: [ScoreRecord]) -> ScoreRecord? {
    scores.last { score in
      guard score.kind == kind, let details = score.details,
        let kept = try? JSONValue(parsing: Array(details.utf8))
      else { return false }
      return kept["settings"] == .object(value)
    }
  }

  /// Details of a score as they are kept: the settings, and further figures.
  func details(_ more: JSONObject = [:]) throws -> String {
    var object: JSONObject = ["settings": .object(value)]
    for member in more.members { object[member.name] = member.value }
    return String(decoding: try JSONValue.object(object).bytes(), as: UTF8.self)
  }
}
