import FoundationEssentials
import SystemReasons

/// Writes a file whole, in the place of the file that was there.
func writeFile(_ bytes: [UInt8], to path: String) throws(UnwritableOutput) {
  if let kind = irregularKind(at: path) {
    throw UnwritableOutput(path: path, reason: "it is \(kind), expected a file or a new name")
  }
  do {
    try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
  } catch {
    throw UnwritableOutput(path: path, reason: systemReason(of: error))
  }
}

/// Makes a folder and those above it, where they are not there.
func makeFolder(_ path: String) throws(UnwritableOutput) {
  do {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  } catch {
    throw UnwritableOutput(
      path: path, reason: fileInPlace(ofFolder: path) ?? systemReason(of: error))
  }
}

/// That a file lies where the folder or one above it would; nil where none does.
private func fileInPlace(ofFolder path: String) -> String? {
  var place = path
  while !place.isEmpty, place != "/" {
    var isFolder = false
    if FileManager.default.fileExists(atPath: place, isDirectory: &isFolder) {
      return isFolder ? nil : "\(place == path ? "it" : place) is a file, expected a folder"
    }
    place = URL(fileURLWithPath: place).deletingLastPathComponent().path
  }
  return nil
}

/// A file or folder that the program was asked to write and cannot.
struct UnwritableOutput: Error, CustomStringConvertible {
  let path: String
  let reason: String

  var description: String { "\(path) cannot be written: \(reason)" }
}
