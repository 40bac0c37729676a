import JSON

/// An object of a JSON configuration, whose keys are looked up by name.
struct ConfigurationSection {
  let path: String
  let object: JSONObject

  /// A configuration is a few hundred bytes; what is far larger is another file.
  private static let largestFile = 1 << 20

  /// Reads a whole file.
  init(path: String) throws(AutoencoderError) {
    do {
      let object = try JSONFile.object(
        at: path, byteLimit: Self.largestFile, limits: JSONLimits(depth: 64, values: 100_000))
      self.init(path: path, object: object)
    } catch {
      let isMalformed = error.kind == .malformed
      throw .configuration(
        path: path, reason: isMalformed ? "not valid JSON: \(error.reason)" : error.reason)
    }
  }

  private init(path: String, object: JSONObject) {
    self.path = path
    self.object = object
  }

  /// The object under a key; empty where there is none.
  func section(_ name: String) -> ConfigurationSection {
    ConfigurationSection(path: path, object: object.present(name)?.objectValue ?? JSONObject())
  }

  func text(_ name: String) -> String? { object.present(name)?.stringValue }

  func flag(_ name: String) -> Bool? { object.present(name)?.boolValue }

  func integer(_ name: String) throws(AutoencoderError) -> Int {
    guard let value = object.present(name) else { throw failure("key \(name) is missing") }
    guard let integer = value.integerValue.flatMap({ Int(exactly: $0) }) else {
      throw failure("key \(name) is \(value.summary), a whole number expected")
    }
    return integer
  }

  func count(_ name: String) throws(AutoencoderError) -> Int {
    guard let value = object.present(name) else { throw failure("key \(name) is missing") }
    guard let count = value.plainInteger, (1...Int(Int32.max)).contains(count) else {
      throw failure("key \(name) is \(value.summary), a number from 1 to \(Int32.max) expected")
    }
    return count
  }

  func positive(_ name: String) throws(AutoencoderError) -> Double {
    guard let value = object.present(name) else { throw failure("key \(name) is missing") }
    guard let number = value.numberValue, number.isFinite, number > 0 else {
      throw failure("key \(name) is \(value.summary), a number above zero expected")
    }
    return number
  }

  func failure(_ reason: String) -> AutoencoderError {
    .configuration(path: path, reason: reason)
  }
}
