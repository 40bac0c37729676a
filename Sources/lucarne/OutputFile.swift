import FoundationEssentials
import Glibc
import SystemReasons

/// Writes a file whole, in the place of the file that was there, unless that is a database.
func writeFile(_ bytes: [UInt8], to path: String) throws(UnwritableOutput) {
  try checkReplaceable(path)
  do {
    try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
  } catch {
    throw UnwritableOutput(path: path, reason: systemReason(of: error))
  }
}

/// Whether a page or a table may take the place of what lies there. Of an index, which is the work
/// of hours, nothing would be left.
func checkReplaceable(_ path: String) throws(UnwritableOutput) {
  if let kind = irregularKind(at: path) {
    throw UnwritableOutput(path: path, reason: "it is \(kind), expected a file or a new name")
  }
  if isDatabase(path) {
    throw UnwritableOutput(
      path: path,
      reason: "it is an SQLite database, as indexes are, expected another file or a new name")
  }
}

/// Refuses to write over a file that is read, by whatever name it is called.
func checkOutput(_ path: String, besides inputs: [String]) throws(UnwritableOutput) {
  for input in inputs where isOneFile(path, input) {
    throw UnwritableOutput(path: path, reason: "it is read here (\(input)), expected another file")
  }
}

private func isOneFile(_ first: String, _ second: String) -> Bool {
  var (one, other) = (stat(), stat())
  guard unsafe stat(first, &one) == 0, unsafe stat(second, &other) == 0 else {
    // What is not there yet, by its folder and name.
    func place(_ path: String) -> String {
      let url = URL(fileURLWithPath: path)
      let folder = url.deletingLastPathComponent().resolvingSymlinksInPath()
      return folder.appendingPathComponent(url.lastPathComponent).path
    }
    return place(first) == place(second)
  }
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino
}

private func isDatabase(_ path: String) -> Bool {
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return false }
  defer { close(descriptor) }
  let magic = Array("SQLite format 3\0".utf8)
  var head = [UInt8](repeating: 0, count: magic.count)
  return unsafe read(descriptor, &head, head.count) == magic.count && head == magic
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
