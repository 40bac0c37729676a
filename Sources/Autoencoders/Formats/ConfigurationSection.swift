import JSON
import Tensors

/// A JSON configuration whose keys are looked up by name.
struct ConfigurationSection {
  let path: String
  let object: JSONObject

  /// A configuration is a few hundred bytes; what is far larger is another file.
  private static let largestFile = 1 << 20

  init(path: String) throws(AutoencoderError) {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch {
      throw .configuration(path: path, reason: "\(error)")
    }
    guard file.byteCount <= Self.largestFile else {
      throw .configuration(
        path: path, reason: "\(file.byteCount) bytes, at most \(Self.largestFile) expected")
    }
    let bytes: [UInt8]
    do { bytes = try file.bytes(0..<file.byteCount) } catch {
      throw .configuration(path: path, reason: "\(error)")
    }
    let value: JSONValue
    do {
      value = try JSONValue(parsing: bytes, limits: JSONLimits(depth: 64, values: 100_000))
    } catch {
      throw .configuration(path: path, reason: "not valid JSON: \(error)")
    }
    guard let object = value.objectValue else {
      throw .configuration(path: path, reason: "an object expected")
    }
    self.init(path: path, object: object)
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

  func count(_ name: String) throws(AutoencoderError) -> Int {
    guard let value = object.present(name) else { throw failure("key \(name) is missing") }
    guard let count = value.plainInteger, (1...Int(Int32.max)).contains(count) else {
      throw failure("key \(name) is \(value.summary), a number from 1 to \(Int32.max) expected")
    }
    return count
  }

  func failure(_ reason: String) -> AutoencoderError {
    .configuration(path: path, reason: reason)
  }
}
