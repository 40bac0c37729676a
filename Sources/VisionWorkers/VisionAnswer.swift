import JSON

/// Reads answers of a worker, which is not trusted: what is not of the protocol's form is told, and
/// nothing is made up.
enum VisionAnswer {
  static let dimensionLimit = 65_536
  /// Boxes of a picture, the most that a worker is asked for masks of.
  static let boxLimit = 256

  /// Each member of `results`, or why there is none.
  /// - Throws: `VisionError.unreadable` where there are not as many as were asked for.
  static func results<Item, Value>(
    _ answer: JSONValue, of items: [Item], method: String,
    read: (Item, JSONValue) throws(VisionItemError) -> Value
  ) throws(VisionError) -> [VisionResult<Value>] {
    guard let list = answer["results"]?.arrayValue, list.count == items.count else {
      let found = answer["results"]?.arrayValue.map { "\($0.count) results" } ?? "no results"
      throw .unreadable(during: method, reason: "it has \(found), expected \(items.count)")
    }
    var results: [VisionResult<Value>] = []
    for (item, value) in zip(items, list) {
      if let reason = value["error"]?.stringValue {
        results.append(.failure(VisionItemError(String(reason.prefix(500)))))
        continue
      }
      do throws(VisionItemError) { results.append(.success(try read(item, value))) } catch {
        results.append(.failure(error))
      }
    }
    return results
  }

  /// Holds what a worker says of the model that answered to what it said when it started.
  static func check(
    _ answer: JSONValue, to method: String, of facts: VisionFacts
  ) throws(VisionError) {
    guard let role = VisionFacts.roles[method], let expected = facts.digest(ofRole: role) else {
      return
    }
    let value = answer["models"]?[role]
    guard let found = digest(value) else {
      throw .unreadable(
        during: method,
        reason: "models.\(role) is \(shortText(of: value)), expected \(digestForm)")
    }
    guard found == expected else {
      throw .changed(role: role, found: found, expected: expected)
    }
  }

  private static let digestForm = "a digest of 64 hexadecimal digits"

  private static func digest(_ value: JSONValue?) -> String? {
    guard let text = value?.stringValue, text.utf8.count == 64,
      text.utf8.allSatisfy({
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
          || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
      })
    else { return nil }
    return text
  }

  /// Where there are more than may be asked for masks of, those of the highest scores.
  static func boxes(
    _ value: JSONValue, phrases: Int, picture: VisionPicture
  ) throws(VisionItemError) -> [VisionBox] {
    guard let list = value["boxes"]?.arrayValue else { throw .init("it has no boxes") }
    var boxes: [VisionBox] = []
    for entry in list {
      let corners = entry["box"]?.arrayValue?.compactMap(\.numberValue) ?? []
      guard corners.count == 4, corners.allSatisfy(\.isFinite), corners[0] <= corners[2],
        corners[1] <= corners[3]
      else { throw .init("a box is not x0, y0, x1, y1 with x0 ≤ x1 and y0 ≤ y1") }
      guard let score = entry["score"]?.numberValue, score.isFinite else {
        throw .init("a box has no score")
      }
      guard let phrase = entry["phrase"]?.integerValue, (0..<Int64(phrases)).contains(phrase) else {
        throw .init("a box is of none of the \(phrases) phrases that were asked for")
      }
      boxes.append(VisionBox(corners: corners, score: score, phrase: Int(phrase)))
    }
    guard boxes.count > boxLimit else { return boxes }
    let best = boxes.indices.sorted { (boxes[$1].score, $0) < (boxes[$0].score, $1) }
    return best.prefix(boxLimit).map { boxes[$0] }
  }

  static func masks(
    _ value: JSONValue, boxes: Int, picture: VisionPicture
  ) throws(VisionItemError) -> [VisionMask] {
    guard let list = value["masks"]?.arrayValue, list.count == boxes else {
      throw .init("it has \(value["masks"]?.arrayValue?.count ?? 0) masks, expected \(boxes)")
    }
    var masks: [VisionMask] = []
    for entry in list {
      guard entry["width"]?.integerValue == Int64(picture.width),
        entry["height"]?.integerValue == Int64(picture.height)
      else {
        let found = [entry["width"], entry["height"]].map { $0?.integerValue ?? 0 }
        throw .init(
          "a mask has \(found[0]) × \(found[1]) pixels, expected \(picture.width) × "
            + "\(picture.height), as its picture has")
      }
      var runs: [Int] = []
      var left = picture.width * picture.height
      for run in entry["runs"]?.arrayValue ?? [] {
        guard let length = run.integerValue, (0...Int64(left)).contains(length) else {
          throw .init("a mask's runs do not add up to its pixels")
        }
        runs.append(Int(length))
        left -= Int(length)
      }
      guard left == 0 else { throw .init("a mask's runs do not add up to its pixels") }
      masks.append(VisionMask(width: picture.width, height: picture.height, runs: runs))
    }
    return masks
  }

  /// - Parameter dimensions: the numbers of a vector.
  static func vector(
    _ value: JSONValue, dimensions: Int
  ) throws(VisionItemError) -> [Float] {
    guard let list = value["vector"]?.arrayValue, !list.isEmpty, list.count <= dimensionLimit else {
      throw .init("it has no vector of 1 to \(dimensionLimit) numbers")
    }
    guard list.count == dimensions else {
      throw .init(
        "its vector has \(list.count) numbers, expected \(dimensions), as the worker said when it "
          + "started")
    }
    let vector = list.compactMap { $0.numberValue.map { Float($0) } }
    guard vector.count == list.count, vector.allSatisfy(\.isFinite) else {
      throw .init("its vector has something that is no finite number")
    }
    guard vector.contains(where: { $0 != 0 }) else { throw .init("its vector is zero") }
    return vector
  }

  static func facts(_ answer: JSONValue) throws(VisionError) -> VisionFacts {
    guard answer["protocol"]?.integerValue == Int64(VisionWorker.protocolVersion) else {
      throw .otherProtocol(
        found: shortText(of: answer["protocol"]), expected: VisionWorker.protocolVersion)
    }
    func text(_ value: JSONValue?) -> String { String((value?.stringValue ?? "").prefix(200)) }
    let methods = answer["methods"]?.arrayValue?.compactMap(\.stringValue) ?? []
    var models: [VisionFacts.Model] = []
    for (method, role) in VisionFacts.roles.sorted(by: <) where methods.contains(method) {
      models.append(try model(answer["models"]?[role], role: role, name: text))
    }
    var versions: [String: String] = [:]
    for member in (answer["versions"]?.objectValue?.members ?? []).prefix(50) {
      versions[member.name] = text(member.value)
    }
    return VisionFacts(
      name: text(answer["name"]), version: text(answer["version"]),
      methods: methods,
      device: text(answer["device"]), versions: versions,
      models: models.sorted { $0.role < $1.role })
  }

  private static func model(
    _ value: JSONValue?, role: String, name: (JSONValue?) -> String
  ) throws(VisionError) -> VisionFacts.Model {
    func unreadable(_ member: String, expected: String) -> VisionError {
      .unreadable(
        during: "initialize",
        reason: "models.\(role).\(member) is \(shortText(of: value?[member])), expected \(expected)"
      )
    }
    guard let digest = digest(value?["digest"]) else {
      throw unreadable("digest", expected: digestForm)
    }
    var dimensions: Int?
    if role == "embedding" {
      guard let count = value?["dimensions"]?.integerValue,
        (1...Int64(dimensionLimit)).contains(count)
      else { throw unreadable("dimensions", expected: "1 to \(dimensionLimit)") }
      dimensions = Int(count)
    }
    return VisionFacts.Model(
      role: role, name: name(value?["class"]), digest: digest, dimensions: dimensions)
  }
}
