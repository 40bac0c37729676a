import FeatureIndex
import JSON
package import Tensors

/// Prompts as JSON, one a line: `{"image": "picture.png", "text": "…", "answer": "…",
/// "id": …, "source": "…"}`.
///
/// An image, a text or both; the answer, an id that is the entry's name, and the source are
/// optional. Paths are relative to the file.
package struct PromptCorpus: Corpus {
  private let folder: String
  private var lines: LineReader
  package let count: Int?

  package init(path: String) throws {
    folder = LineReader.folder(of: path)
    count = try LineReader.count(path: path)
    lines = try LineReader(path: path)
  }

  package mutating func next(cancellation: Cancellation) throws -> CorpusEntry? {
    guard let line = try lines.next(cancellation: cancellation) else { return nil }
    let name = "line \(line.number)"
    do {
      return try entry(JSONValue(parsing: line.bytes, limits: .file), name: name)
    } catch let error as JSONError {
      return CorpusEntry(name: name, problem: "\(name) is not JSON: \(error)")
    } catch let error as Malformed {
      return CorpusEntry(name: name, problem: "\(name) is not a prompt: \(error.reason)")
    }
  }

  private struct Malformed: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
  }

  private func entry(_ value: JSONValue, name: String) throws(Malformed) -> CorpusEntry {
    guard value.objectValue != nil else {
      throw Malformed(reason: "found \(value.summary), expected an object")
    }
    let (image, text) = (try string("image", in: value), try string("text", in: value))
    guard image != nil || text != nil else {
      throw Malformed(reason: "it has neither \"image\" nor \"text\"")
    }
    return CorpusEntry(
      name: try identifier(in: value) ?? name, source: try string("source", in: value),
      picture: image.map { .file(LineReader.path($0, in: folder)) }, text: text,
      answer: try string("answer", in: value))
  }

  private func string(_ member: String, in value: JSONValue) throws(Malformed) -> String? {
    guard let found = value[member], !found.isNull else { return nil }
    guard let text = found.stringValue else {
      throw Malformed(reason: "\"\(member)\" is \(found.summary), expected a string")
    }
    return text
  }

  private func identifier(in value: JSONValue) throws(Malformed) -> String? {
    if let number = value["id"]?.integerValue { return String(number) }
    return try string("id", in: value)
  }
}
