import FeatureIndex
package import JSON

/// What a rating sheet does not say: whose pictures and whose explanation each item shows.
package struct RatingKey: Sendable, Equatable {
  package struct Item: Sendable, Equatable {
    /// Says nothing by itself.
    package var id: String
    /// Whose pictures are shown.
    package var latent: Int
    /// The id of the explanation whose text is shown: the latent's own, or of a decoy another's.
    package var explanation: Int
    package var text: String
    package var isDecoy: Bool

    package init(id: String, latent: Int, explanation: Int, text: String, isDecoy: Bool) {
      self.id = id
      self.latent = latent
      self.explanation = explanation
      self.text = text
      self.isDecoy = isDecoy
    }
  }

  /// A digest of all that follows, with the seed.
  package let sheet: String
  package let seed: Int
  package let items: [Item]

  package init(sheet: String, seed: Int, items: [Item]) {
    self.sheet = sheet
    self.seed = seed
    self.items = items
  }

  private static let form = "lucarne rating key"
  private static let byteLimit = 64 << 20

  package var json: JSONValue {
    [
      "form": .string(Self.form), "version": 1, "sheet": .string(sheet),
      "seed": .integer(Int64(seed)),
      "items": .array(
        items.map { item in
          [
            "item": .string(item.id), "latent": .integer(Int64(item.latent)),
            "explanation": .integer(Int64(item.explanation)), "text": .string(item.text),
            "decoy": .bool(item.isDecoy),
          ]
        }),
    ]
  }

  /// - Throws: `RatingError.unreadable`.
  package init(path: String) throws(RatingError) {
    let value = try RatingFile.value(path, form: Self.form, byteLimit: Self.byteLimit)
    guard let sheet = value["sheet"]?.stringValue, let seed = value["seed"]?.plainInteger,
      let members = value["items"]?.arrayValue
    else {
      throw .unreadable(path: path, reason: "expected the members sheet, seed and items")
    }
    let items = members.compactMap(Item.init)
    guard items.count == members.count, Set(items.map(\.id)).count == items.count else {
      throw .unreadable(
        path: path,
        reason: "expected items with item, latent, explanation, text and decoy, each item once")
    }
    self.init(sheet: sheet, seed: seed, items: items)
  }
}

extension RatingKey.Item {
  fileprivate init?(_ value: JSONValue) {
    guard let id = value["item"]?.stringValue, let latent = value["latent"]?.plainInteger,
      let explanation = value["explanation"]?.plainInteger,
      let text = value["text"]?.stringValue, let isDecoy = value["decoy"]?.boolValue
    else { return nil }
    self.init(id: id, latent: latent, explanation: explanation, text: text, isDecoy: isDecoy)
  }
}

/// JSON files that belong to a sheet.
enum RatingFile {
  /// The object in a file that says by its member `form` what it is.
  static func value(
    _ path: String, form: String, byteLimit: Int
  ) throws(RatingError) -> JSONValue {
    let object: JSONObject
    do throws(JSONFileError) {
      object = try JSONFile.object(at: path, byteLimit: byteLimit, limits: JSONLimits())
    } catch {
      let whole = error.kind == .malformed ? ": it is not whole, or no JSON" : ""
      throw .unreadable(path: path, reason: error.reason + whole)
    }
    guard object["form"]?.stringValue == form, object["version"]?.plainInteger == 1 else {
      throw .unreadable(
        path: path, reason: "expected \"form\": \"\(form)\" and \"version\": 1")
    }
    return .object(object)
  }
}
