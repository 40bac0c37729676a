import FeatureIndex
import FoundationEssentials
import Images
import JSON

/// Pictures whose pixels are known: masks that tell where each concept is seen.
///
/// The file is JSON, a list of concepts or an object whose `concepts` is that list:
///
///     {"attribute": "scene", "name": "beach",
///      "places": [{"picture": "beach-06", "values": [0]}]}
///
/// A picture is a file beside the list, `beach-06.png` (or of another format that is read, or named
/// in full), its mask `beach-06.mask.png` unless the place names another `mask`: a greyscale PNG of
/// the picture's size in whose pixels the concept has one of the `values`. The pictures of the set
/// are those that some place names.
package struct ConceptSet: Sendable {
  package struct Concept: Sendable, Equatable {
    package let attribute: String
    package let name: String
    /// By index into `pictures`: the grey levels of its mask that are the concept.
    package let places: [Int: Place]

    /// `beach (scene)`
    package var label: String { attribute.isEmpty ? name : "\(name) (\(attribute))" }
  }

  package struct Place: Sendable, Equatable {
    package let mask: String
    package let values: Set<UInt8>
  }

  package let path: String
  package let concepts: [Concept]
  /// Paths, by the order of their names.
  package let pictures: [String]

  private static let byteLimit = 64 << 20

  /// Reads the list; pictures and masks are only looked for.
  /// - Throws: `ConceptError`.
  package init(path: String) throws(ConceptError) {
    func refuse(_ reason: String) -> ConceptError {
      ConceptError(path: path, reason: reason)
    }
    let value: JSONValue
    do {
      value = try JSONFile.value(at: path, byteLimit: Self.byteLimit, limits: JSONLimits())
    } catch { throw refuse(error.reason) }
    guard let list = value.arrayValue ?? value["concepts"]?.arrayValue, !list.isEmpty else {
      throw refuse("expected a list of concepts, or an object with \"concepts\"")
    }
    let reader = ConceptReader(path: path)
    let names = Set(
      list.flatMap { $0["places"]?.arrayValue ?? [] }.compactMap { $0["picture"]?.stringValue })
    let ordered = names.sorted()
    var pictures: [String] = []
    for name in ordered { pictures.append(try reader.picture(name)) }
    let numbers = Dictionary(uniqueKeysWithValues: zip(ordered, ordered.indices))
    var concepts: [Concept] = []
    for (index, entry) in list.enumerated() {
      concepts.append(try reader.concept(entry, at: index, numbers: numbers))
    }
    self.path = path
    self.pictures = pictures
    self.concepts = concepts
  }

  /// SHA-256 of a list's bytes, in hexadecimal.
  package static func digest(ofFile path: String) throws(ConceptError) -> String {
    do {
      let bytes = try PictureFile.bytes(
        atPath: path, limits: PictureLimits(fileLength: byteLimit))
      return SHA256.digest(of: bytes).hexadecimal
    } catch { throw ConceptError(path: path, reason: "\(error)") }
  }
}

/// Reads the entries of one list.
private struct ConceptReader {
  let path: String
  private let folder: String

  init(path: String) {
    self.path = path
    folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }

  private func refuse(_ reason: String) -> ConceptError {
    ConceptError(path: path, reason: reason)
  }

  func picture(_ name: String) throws(ConceptError) -> String {
    let candidates = ([name] + PictureFormat.suffixes.map { "\(name).\($0)" }).map(resolved)
    var isFolder = false
    for candidate in candidates
    where FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder) && !isFolder {
      return candidate
    }
    throw refuse("the picture \"\(name.prefix(200))\" is not there: looked for \(candidates[1])")
  }

  func concept(
    _ entry: JSONValue, at index: Int, numbers: [String: Int]
  ) throws(ConceptError) -> ConceptSet.Concept {
    guard let name = entry["name"]?.stringValue, !name.isEmpty else {
      throw refuse("concept \(index) has no name")
    }
    guard let places = entry["places"]?.arrayValue else {
      throw refuse("the concept \"\(name.prefix(200))\" has no places")
    }
    var found: [Int: ConceptSet.Place] = [:]
    for place in places {
      guard let picture = place["picture"]?.stringValue, let number = numbers[picture] else {
        throw refuse("a place of \"\(name.prefix(200))\" names no picture")
      }
      let values = (place["values"]?.arrayValue ?? []).compactMap { $0.plainInteger }
        .compactMap { UInt8(exactly: $0) }
      guard !values.isEmpty, values.count == place["values"]?.arrayValue?.count else {
        throw refuse(
          "the values of \"\(name.prefix(200))\" in \"\(picture.prefix(200))\" are not 0 to 255")
      }
      found[number] = ConceptSet.Place(
        mask: try mask(place["mask"]?.stringValue, of: picture), values: Set(values))
    }
    return ConceptSet.Concept(
      attribute: entry["attribute"]?.stringValue ?? "", name: name, places: found)
  }

  private func mask(_ given: String?, of picture: String) throws(ConceptError) -> String {
    var stem = picture
    if let suffix = PictureFormat.suffixes.first(where: { stem.hasSuffix("." + $0) }) {
      stem.removeLast(suffix.count + 1)
    }
    let path = resolved(given ?? "\(stem).mask.png")
    guard FileManager.default.fileExists(atPath: path) else {
      throw refuse("the mask \(path) of \"\(picture.prefix(200))\" is not there")
    }
    return path
  }

  private func resolved(_ name: String) -> String {
    name.hasPrefix("/") ? name : "\(folder)/\(name)"
  }
}
